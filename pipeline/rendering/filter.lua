-- Features of Quarto's Markdown that Pandoc lacks: includes, conditional content, shortcodes, numbered cross-references,
-- callouts, grids of figures. The shortcodes are those of Quarto's extension, report/_extensions/study.

local SHORTCODES = dofile('_extensions/study/shortcodes.lua')
local READER = 'markdown-raw_html-raw_tex-raw_attribute-blank_before_header'
local NAMES = {fig = 'Figure', tbl = 'Table', eq = 'Equation', sec = 'Section'}
local NBSP = '\u{a0}'

local counts = {fig = 0, tbl = 0, eq = 0}
local labels = {}

local function fail(message)
  io.stderr:write(message .. '\n')
  os.exit(3)
end

-- The page and the first line of it that has these words, as a message begins: 'index.qmd line 12: '.
local function place_of(words)
  local name, number = PANDOC_STATE.input_files[1], 0
  for line in io.lines(name) do
    number = number + 1
    if line:find(words, 1, true) then return name .. ' line ' .. number .. ': ' end
  end
  return ''
end

local function kind_of(id)
  local kind = id:match('^(%l+)%-[%w%-]+$')
  return NAMES[kind] and kind or nil
end

local function define(id, number)
  if labels[id] then
    fail('the label ' .. id .. ' is given twice; rename one')
  end
  labels[id] = {name = NAMES[kind_of(id)], number = number}
end

local function define_next(id)
  local kind = kind_of(id)
  counts[kind] = counts[kind] + 1
  define(id, tostring(counts[kind]))
end

-- First passes: put in included files, leave out what a condition hides, evaluate shortcodes.

local function words_of(inlines)
  return pandoc.List(inlines):filter(function(inline) return inline.t == 'Str' end):map(function(word) return word.text end)
end

local function read(path)
  local file = io.open(path)
  if not file then fail(place_of(path) .. 'the included file ' .. path .. ' is missing; correct its name, or run `dvc repro`') end
  local content = file:read('a')
  file:close()
  return pandoc.read(content, READER)
end

local function include(para)
  local words = words_of(para.content)
  if #words == 4 and words[1] == '{{<' and words[2] == 'include' and words[4] == '>}}' then
    return read(words[3]).blocks
  end
end

-- Append the documents that the metadata `then` names, each under its title, as the parts of one PDF.
-- Their references are gathered at the end.
local function append(doc)
  local names = pandoc.utils.stringify(doc.meta['then'] or '')
  if names == '' then return doc end
  for path in names:gmatch('%S+') do
    local part = read(path)
    doc.blocks:insert(pandoc.Header(1, part.meta.title, pandoc.Attr('', {'part', 'unnumbered'})))
    doc.blocks:extend(part.blocks)
  end
  local references = pandoc.Blocks {}
  doc.blocks = doc.blocks:filter(function(block)
    local ours = block.identifier == 'references' or block.identifier == 'refs'
    if ours and #references < 2 then references:insert(block) end
    return not ours
  end)
  doc.blocks:extend(references)
  return doc
end

local function shown(element, meta)
  if not element.classes:includes('content-visible') then return true end
  if element.attributes['when-format'] then return FORMAT:match(element.attributes['when-format']) ~= nil end
  local value = meta
  for name in (element.attributes['when-meta'] or ''):gmatch('[^.]+') do
    value = type(value) == 'table' and value[name] or nil
  end
  return value == true
end

local function conditions(doc)
  local meta = doc.meta  -- each access to doc.meta copies all of it
  local function choose(element)
    if not shown(element, meta) then return {} end
    if element.classes:includes('content-visible') then return element.content end
  end
  return doc:walk {Div = choose, Span = choose}
end

local function call(words, meta)
  local name = table.remove(words, 1)
  if not SHORTCODES[name] then fail('there is no shortcode ' .. tostring(name)) end
  local result = SHORTCODES[name](words, {}, meta)
  return pandoc.utils.type(result) == 'Inlines' and result or pandoc.Inlines {result}
end

local function shortcodes(meta)
  return function(inlines)
    local result, words = pandoc.Inlines {}, nil
    for _, inline in ipairs(inlines) do
      local text = inline.t == 'Str' and inline.text or ''
      local before, after = text:match('^(.-){{<$'), text:match('^>}}(.*)$')
      if before and not words then
        words = pandoc.List {}
        if before ~= '' then result:insert(pandoc.Str(before)) end
      elseif after and words then
        result:extend(call(words, meta))
        words = nil
        local again = after:match('^(.-){{<$')
        if again then words, after = pandoc.List {}, again end
        if after ~= '' then result:insert(pandoc.Str(after)) end
      elseif words then
        if text ~= '' then words:insert(text) end
      else
        result:insert(inline)
      end
    end
    if words then fail('a shortcode is not closed: {{< ' .. table.concat(words, ' ') .. '; end it with >}}') end
    return result
  end
end

local function evaluate(doc)
  local filter = {Inlines = shortcodes(doc.meta)}
  for _, key in ipairs {'title', 'subtitle', 'abstract'} do
    local value = doc.meta[key]
    if value then doc.meta[key] = pandoc.utils.type(value) == 'Inlines' and pandoc.Plain(value):walk(filter).content or value:walk(filter) end
  end
  return doc:walk(filter)
end

-- Next pass: number the labels in the order of the page.

local function define_panels(group)
  local panels = 0
  group:walk {
    Figure = function(figure)
      if kind_of(figure.identifier) == 'fig' then
        local letter = string.char(string.byte('a') + panels)
        panels = panels + 1
        define(figure.identifier, labels[group.identifier].number .. NBSP .. '(' .. letter .. ')')
        labels[figure.identifier].panel = '(' .. letter .. ')'
      end
    end
  }
end

local function is_float(div)
  local kind = kind_of(div.identifier)
  return kind == 'fig' or kind == 'tbl'
end

local function equation_label(inlines, i)
  local label = inlines[i].t == 'Str' and inlines[i].text:match('^{#(eq%-[%w%-]+)}$')
  local before = inlines[i - 2]
  if label and before and before.t == 'Math' and before.mathtype == 'DisplayMath' then
    return label
  end
end

local function define_equations(inlines)
  for i = 1, #inlines do
    local label = equation_label(inlines, i)
    if label then define_next(label) end
  end
end

local function define_sections(doc)
  local sections = pandoc.structure.make_sections(doc.blocks, {number_sections = true})
  pandoc.Pandoc(sections):walk {
    Div = function(div)
      if div.classes:includes('section') and kind_of(div.identifier) == 'sec' then
        define(div.identifier, div.attributes.number)
      end
    end
  }
end

local function define_all(doc)
  define_sections(doc)
  doc:walk {
    traverse = 'topdown',
    Figure = function(figure)
      if kind_of(figure.identifier) == 'fig' then define_next(figure.identifier) end
    end,
    Div = function(div)
      if is_float(div) then define_next(div.identifier) end
      if kind_of(div.identifier) == 'fig' then
        define_panels(div)
        return div, false
      end
    end,
    Para = function(para) define_equations(para.content) end,
    Plain = function(plain) define_equations(plain.content) end
  }
end

-- Last passes: write captions, references and boxes.

local function numbered(label, caption)
  local head = label.panel or (label.name .. NBSP .. label.number .. ':')
  local inlines = pandoc.Inlines {pandoc.Span({pandoc.Str(head)}, pandoc.Attr('', {'caption-label'})), pandoc.Space()}
  inlines:extend(caption)
  return inlines
end

local function image(img)
  if img.src:match('^%a+:') and not img.src:match('^data:') then
    fail('the image ' .. img.src .. ' is not a file of the project; figures come from data/plot')
  end
  img.attributes.alt = img.attributes['fig-alt']
  img.attributes['fig-alt'] = nil
  return img
end

local function figure(fig)
  fig = fig:walk {
    Image = function(img)
      img.attributes.alt = img.attributes.alt or ''
      return img
    end
  }
  local label = labels[fig.identifier]
  if label then
    fig.caption.long = {pandoc.Plain(numbered(label, pandoc.utils.blocks_to_inlines(fig.caption.long)))}
  end
  return fig
end

local function html(text)
  return pandoc.RawBlock('html', text)
end

local function grid(div)
  local columns = tonumber(div.attributes['layout-ncol'])
  div.attributes['layout-ncol'] = nil
  div.attributes.style = '--columns: ' .. columns
  div.classes:insert('grid')
  return div
end

local function float(div)
  local caption = div.content:remove(#div.content)
  if not caption or caption.t ~= 'Para' then
    fail(div.identifier .. ' has no caption; end its ::: block with a paragraph that is one')
  end
  local id, kind = div.identifier, kind_of(div.identifier)
  local head = pandoc.Blocks {html('<figcaption>'), pandoc.Plain(numbered(labels[id], caption.content)), html('</figcaption>')}
  div.identifier = ''
  local body = div.attributes['layout-ncol'] and pandoc.Blocks {grid(div)} or div.content
  if FORMAT:match('^typst') then
    local parts = {pandoc.Div(pandoc.Plain(numbered(labels[id], caption.content))), pandoc.Div(body)}
    return pandoc.Div(parts, pandoc.Attr(id, {'float', kind}))
  end
  local blocks = pandoc.Blocks {html('<figure id="' .. id .. '" class="' .. kind .. '">')}
  blocks:extend(kind == 'tbl' and head .. body or body .. head)
  blocks:insert(html('</figure>'))
  return blocks
end

local function callout(div, kind)
  local title = pandoc.Inlines(div.attributes.title or kind:gsub('^%l', string.upper))
  if not div.attributes.title and div.content[1] and div.content[1].t == 'Header' then
    title = div.content:remove(1).content
  end
  div.attributes.title = nil
  if div.attributes.collapse == 'true' and not FORMAT:match('^typst') then
    local blocks = pandoc.Blocks {html('<details class="callout"><summary class="callout-title">'), pandoc.Plain(title), html('</summary>')}
    blocks:extend(div.content)
    blocks:insert(html('</details>'))
    return blocks
  end
  div.attributes.collapse = nil
  div.attributes.role = 'note'
  div.classes:insert('callout')
  div.content:insert(1, pandoc.Div({pandoc.Plain(title)}, pandoc.Attr('', {'callout-title'})))
  return div
end

local function div(element)
  for _, class in ipairs(element.classes) do
    local kind = class:match('^callout%-(%l+)$')
    if kind then return callout(element, kind) end
  end
  if is_float(element) then return float(element) end
  if element.attributes['layout-ncol'] then return grid(element) end
end

local function scrolling(tbl)
  local attributes = {{'role', 'group'}, {'aria-label', 'Table'}, {'tabindex', '0'}}
  return pandoc.Div({tbl}, pandoc.Attr('', {'table-scroll'}, attributes))
end

local function equations(inlines)
  local result = pandoc.Inlines {}
  for i = 1, #inlines do
    local label = i > 2 and equation_label(inlines, i)
    if label then
      result:remove(#result)
      local formula = result:remove(#result)
      local number = pandoc.Span('(' .. labels[label].number .. ')', pandoc.Attr('', {'equation-number'}))
      result:insert(pandoc.Span({formula, number}, pandoc.Attr(label, {'equation'})))
    else
      result:insert(inlines[i])
    end
  end
  return result
end

local function reference(citation)
  local label = labels[citation.id]
  if not label then
    fail(place_of('@' .. citation.id) .. '@' .. citation.id .. ' refers to no label; give a figure, table, equation or section this label')
  elseif not label.number then
    fail('@' .. citation.id .. ' refers to a section without a number')
  end
  local text = label.number
  if citation.mode ~= 'SuppressAuthor' then text = label.name .. NBSP .. text end
  return pandoc.Link(text, '#' .. citation.id, '', pandoc.Attr('', {'xref'}))
end

local function cite(element)
  local links = pandoc.Inlines {}
  for _, citation in ipairs(element.citations) do
    if kind_of(citation.id) then
      if #links > 0 then links:extend {pandoc.Str(','), pandoc.Space()} end
      links:insert(reference(citation))
    end
  end
  if #links == 0 then return nil end
  if #links < 3 * #element.citations - 2 then
    fail('@' .. element.citations[1].id .. ': cross-references and citations cannot share one bracket')
  end
  return links
end

return {
  {Pandoc = append},
  {Para = include},
  {Pandoc = conditions},
  {Pandoc = evaluate},
  {Pandoc = define_all},
  {Inlines = equations, Image = image},
  {Cite = cite, Figure = figure, Table = scrolling},
  {Div = div}
}
