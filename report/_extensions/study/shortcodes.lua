-- Shortcodes that quote data/summarise/numbers.json:
--
--   {{< n KEY 2 >}}     a number with two decimals, or words
--   {{< ci KEY 2 >}}    an interval: KEY.low to KEY.high
--   {{< est KEY 2 >}}   an estimate, KEY.value, with its interval: 1.20 (0.90 to 1.50)
--   {{< model KEY >}}   the name of a model, as code
--   {{< repository >}}  a link to the address under `repository` in _quarto.yml, if there is one
--
-- A part of KEY in capitals is a role: MIDDLE.test.log_likelihood; MIDDLE-SHORT is the model like it that is as long as
-- the training runs. Decimals +2 print the plus sign of a positive number; without decimals a whole
-- number has none, and any other number one.
-- A key without a number becomes a span of class `missing`; check.lua refuses the page if a reader would see it.

local MINUS, NBSP = '\u{2212}', '\u{A0}'

local file = assert(io.open('../data/summarise/numbers.json'), 'data/summarise/numbers.json is missing; run `dvc repro`')
local numbers = pandoc.json.decode(file:read('a'), false)
file:close()

local function text(argument)
  return pandoc.utils.stringify(argument or '')
end

local function role(name)
  local plain = name:lower():gsub('%-short$', '')
  local model = numbers['role.' .. plain]
  return name:match('%-SHORT$') and numbers['short.' .. tostring(model)] or model
end

local function resolve(argument)
  return (text(argument):gsub('%u[%u-]+', role))
end

local function missing(key)
  return pandoc.Span(pandoc.Str(key), pandoc.Attr('', {'missing'}, {{'data-key', key}}))
end

local function format(number, digits)
  local signed = digits:sub(1, 1) == '+'
  local decimals = tonumber((digits:gsub('^%+', ''))) or (number == math.floor(number) and 0 or 1)
  local size = string.format('%.' .. decimals .. 'f', math.abs(number))
  local sign = ''
  if size:match('[1-9]') then sign = number < 0 and MINUS or signed and '+' or '' end
  local whole, rest = size:match('^(%d+)(.*)$')
  whole = whole:reverse():gsub('(%d%d%d)', '%1,'):reverse():gsub('^,', '')
  return sign .. whole .. rest
end

local function quote(key, digits)
  local value = numbers[key]
  if type(value) == 'number' then
    return pandoc.Span(pandoc.Str(format(value, text(digits))), pandoc.Attr('', {'number'}, {{'data-key', key}}))
  elseif type(value) == 'string' then
    return pandoc.Span(pandoc.Str(value), pandoc.Attr('', {'words'}, {{'data-key', key}}))
  end
  return missing(key)
end

local function interval(key, digits)
  return pandoc.Inlines {quote(key .. '.low', digits), pandoc.Str(NBSP .. 'to' .. NBSP), quote(key .. '.high', digits)}
end

return {
  n = function(args)
    return quote(resolve(args[1]), args[2])
  end,
  ci = function(args)
    return interval(resolve(args[1]), args[2])
  end,
  est = function(args)
    local key = resolve(args[1])
    local result = pandoc.Inlines {quote(key .. '.value', args[2]), pandoc.Str(NBSP .. '(')}
    result:extend(interval(key, args[2]))
    result:insert(pandoc.Str(')'))
    return result
  end,
  model = function(args)
    local key = resolve(args[1])
    local name = numbers[key] or numbers[key .. '.latent_dim'] and key
    return name and pandoc.Code(name) or missing(key)
  end,
  repository = function(_, _, meta)
    local address = meta.repository and text(meta.repository)
    return address and pandoc.Link('Repository', address) or pandoc.Inlines {}
  end
}
