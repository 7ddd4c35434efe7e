-- Refuse a page that quotes a number that the study does not have, or that asks for a verdict without having words for it.
--
-- The verdicts are those of data/summarise/conditions.yml. A page that has words for one verdict of a claim, as in
-- {when-meta="claims.NAME.above"}, needs words for the verdict that the claim got.

local name = PANDOC_STATE.input_files[1]
if quarto and quarto.doc then name = quarto.doc.input_file end

local function lines()
  local found = {}
  for line in io.lines(name) do table.insert(found, line) end
  return found
end

local function fail(numbers, message)
  local place = name:match('[^/]+$') or name
  if #numbers > 0 then place = place .. (#numbers > 1 and ' lines ' or ' line ') .. table.concat(numbers, ', ') end
  io.stderr:write('ERROR: ' .. place .. ': ' .. message .. '\n')
  os.exit(3)
end

-- What a shortcode quotes, as a pattern of keys: a role, written in capitals, stands for any name if `by_role`.
local function pattern_of(argument, by_role)
  local literal = argument:gsub('[%^%$%(%)%%%.%[%]%*%+%-%?]', '%%%0')
  return '^' .. (by_role and literal:gsub('%u[%u%%-]+', '[^.]+') or literal)
end

local function quoting(key, by_role)
  local found = {}
  for number, line in ipairs(lines()) do
    for shortcode, argument in line:gmatch('{{<%s*(%l+)%s+(%S+)[^}]*>}}') do
      local _, last = key:find(pattern_of(argument, by_role))
      local ends = (shortcode == 'ci' or shortcode == 'est') and '^%.%l+$' or '^$'
      if last and key:sub(last + 1):match(ends) and found[#found] ~= number then table.insert(found, number) end
    end
  end
  return (#found > 0 or by_role) and found or quoting(key, true)
end

local function check_numbers(span)
  if span.classes:includes('missing') then
    local key = span.attributes['data-key'] or span.attributes.key
    fail(quoting(key, false), 'no number ' .. key .. ' in data/summarise/numbers.json; quote one that is there')
  end
end

local function check_words(doc)
  local claims, worded, first = doc.meta.claims or {}, {}, {}
  for number, line in ipairs(lines()) do
    for claim, verdict in line:gmatch('when%-meta="claims%.([%w-]+)%.(%l+)"') do
      if not claims[claim] then fail({number}, 'no claim ' .. claim .. ' in data/summarise/conditions.yml; name one that is there') end
      worded[claim] = worded[claim] or {}
      worded[claim][verdict] = true
      first[claim] = first[claim] or number
    end
  end
  for claim, verdicts in pairs(worded) do
    for verdict, holds in pairs(claims[claim]) do
      if holds == true and verdict ~= 'known' and verdict ~= 'absent' and not verdicts[verdict] and not verdicts.known then
        fail({first[claim]}, 'the claim ' .. claim .. ' is ' .. verdict .. ', and the page has no words for that; write them')
      end
    end
  end
end

return {{Pandoc = check_words}, {Span = check_numbers}}
