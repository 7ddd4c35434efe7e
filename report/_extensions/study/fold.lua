-- Under Quarto: notes that fold, {.callout-note collapse="true"}, as the browser's own, which open by keyboard too.

local function raw(text)
  return pandoc.RawBlock('html', text)
end

local function fold(callout)
  if not callout.collapse or tostring(callout.collapse) == 'false' then return nil end
  local title = pandoc.Plain(pandoc.Inlines(pandoc.utils.stringify(callout.title)))
  local blocks = pandoc.Blocks {raw('<details class="callout"><summary class="callout-title">'), title, raw('</summary>')}
  local content = callout.content
  blocks:extend(content.t and {content} or content)
  blocks:insert(raw('</details>'))
  return blocks
end

return {{Callout = fold}}
