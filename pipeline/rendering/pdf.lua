-- Turn elements that Pandoc does not have into calls of the functions in pdf.typ; runs after filter.lua.

local OPTIONS = pandoc.WriterOptions {wrap_text = 'wrap-none'}

local folder = 'report'

local function typst(blocks)
  local text = pandoc.write(pandoc.Pandoc(blocks), 'typst-citations', OPTIONS)
  return (text:gsub('%s+$', ''))
end

local function content(blocks)
  return '[' .. typst(blocks) .. ']'
end

local function raw(text)
  return pandoc.RawBlock('typst', text)
end

local function quoted(text)
  return '"' .. text:gsub('[\\"]', '\\%0') .. '"'
end

local function label(id)
  return id ~= '' and ' <' .. id .. '>' or ''
end

local function metadata(meta)
  folder = meta.folder and pandoc.utils.stringify(meta.folder) or folder
end

-- Correct formulas: set roman words as operators, drop TeX's manual enlargement of brackets, which Typst does not
-- centre, and restore thick and negative spaces, whose widths Pandoc rounds to whole ems. Their TeX is what a screen
-- reader says.

local function math(element)
  local text = typst {pandoc.Plain {element}}
  text = text:gsub('upright%((%a[%a ]+)%)', function(letters) return 'op("' .. letters:gsub(' ', '') .. '")' end)
  text = text:gsub('#scale%(x: %d+%%, y: %d+%%%)%[(.-)%]', '%1')
  text = text:gsub('#h%(0em%)', 'thick'):gsub('#h%(%-1em%)', '#h(-0.167em)')
  local block = element.mathtype == 'DisplayMath' and 'block: true, ' or ''
  return pandoc.RawInline('typst', '#math.equation(' .. block .. 'alt: ' .. quoted(element.text) .. ', ' .. text .. '.body)')
end

local function span(element)
  if element.classes:includes('equation') then
    local formula, number = table.unpack(element.content)
    local text = '#equation(' .. content {pandoc.Plain(number.content)} .. ', ' .. formula.text:gsub('^#', '') .. ')' .. label(element.identifier)
    return pandoc.RawInline('typst', text)
  elseif element.classes:includes('caption-label') then
    return pandoc.Strong(element.content)
  end
end

local function path(source)
  local parts = pandoc.List {}
  for part in (folder .. '/' .. source):gmatch('[^/]+') do
    if part == '..' then parts:remove() elseif part ~= '.' then parts:insert(part) end
  end
  return '/' .. table.concat(parts, '/')
end

local function image_of(block)
  local found
  block:walk {Image = function(img) found = found or img end}
  return found
end

local function figure(element)
  local image = image_of(element)
  if not image then return nil end
  local caption = content(element.caption.long)
  local words = {quoted(path(image.src)), quoted(image.attributes.alt or ''), caption}
  return raw('#picture(' .. table.concat(words, ', ') .. ')' .. label(element.identifier))
end

local function panel(image)
  local words = {quoted(path(image.src)), 'alt: ' .. quoted(image.attributes.alt or ''), 'width: 100%'}
  return pandoc.RawInline('typst', '#image(' .. table.concat(words, ', ') .. ')')
end

-- A link to another page of the report is one within the PDF; a link to a whole page has no target there.

local function link(element)
  local page, target = element.target:match('^(%a+)%.html(.*)$')
  if not page then return nil end
  if page == 'explorer' or target == '' then return element.content end
  element.target = target
  return element
end

local function header(element)
  if element.classes:includes('part') then return raw('#part' .. content {pandoc.Plain(element.content)}) end
end

local function listing(element)
  return raw('#raw(block: true, lang: ' .. quoted(element.classes[1] or 'text') .. ', ' .. quoted(element.text) .. ')')
end

local ALIGN = {AlignLeft = 'left', AlignRight = 'right', AlignCenter = 'center', AlignDefault = 'left'}

-- All cells are written at once, with a mark after each: a call of Pandoc's writer per cell would take ten times as long.

local MARK = '\u{E000}'

local function cells(rows)
  local blocks, texts = pandoc.Blocks {}, pandoc.List {}
  for _, row in ipairs(rows) do
    for _, cell in ipairs(row.cells) do
      blocks:extend(cell.contents)
      blocks:insert(raw(MARK))
    end
  end
  for text in typst(blocks):gmatch('%s*(.-)%s*' .. MARK) do
    texts:insert('[' .. text:gsub('~%(', ' (') .. ']')  -- in a narrow column an interval goes below its estimate
  end
  return texts
end

local function tabular(element)
  local aligns = pandoc.List(element.colspecs):map(function(column) return ALIGN[column[1]] end)
  local body = pandoc.List {}
  for _, part in ipairs(element.bodies) do body:extend(cells(part.body)) end
  local words = {
    '(' .. table.concat(aligns, ', ') .. ',)',
    '(' .. table.concat(cells(element.head.rows), ', ') .. ',)',
    table.concat(body, ', ')
  }
  return raw('#tabular(' .. table.concat(words, ', ') .. ')')
end

local function float(element)
  local caption, body = element.content[1].content, element.content[2].content
  local kind = element.classes:includes('tbl') and 'listing' or 'group'
  return raw('#' .. kind .. '(' .. content(caption) .. ', ' .. content(body) .. ')' .. label(element.identifier))
end

local function callout(element)
  local title = element.content:remove(1)
  return raw('#callout(' .. content(title.content) .. ', ' .. content(element.content) .. ')')
end

local function grid(element)
  local columns = element.attributes.style:match('%d+')
  local panels = pandoc.List(element.content):map(function(block) return content {block} end)
  return raw('#panels(' .. columns .. ', ' .. table.concat(panels, ', ') .. ')')
end

local function excerpt(element)
  local code = element.content:remove(1)
  return raw('#excerpt(' .. content {code} .. ', ' .. content(element.content) .. ')')
end

local function div(element)
  local classes = element.classes
  if classes:includes('pages') then return {} end
  if classes:includes('finding') then return raw('#finding(' .. content {element.content[1]} .. ', ' .. content {element.content[2]} .. ')') end
  if classes:includes('float') then return float(element) end
  if classes:includes('grid') then return grid(element) end
  if classes:includes('callout') then return callout(element) end
  if classes:includes('csl-entry') then return raw('#entry' .. content(element.content) .. label(element.identifier)) end
  if classes:includes('excerpt') then return excerpt(element) end
  if classes:includes('table-scroll') then return element.content end
end

return {
  {Meta = metadata},
  {Math = math},
  {Span = span},
  {Table = tabular, Figure = figure, CodeBlock = listing, Link = link, Header = header},
  {Image = panel},
  {Div = div}
}
