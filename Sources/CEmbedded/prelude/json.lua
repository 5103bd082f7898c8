-- JSON text and Lua values, in the worker: nothing here is secret. Integers and floats are kept apart, null is
-- json.null, and an array that came from JSON stays one when it is empty.
local host = ...
local null = host.jsonNull
local raise, typeName, objectInfo = host.raise, host.typeName, host.objectInfo
local type, mathtype, format, concat, sort = type, math.type, string.format, table.concat, table.sort
local byte, sub, find, char, tostring, tonumber, next = string.byte, string.sub, string.find, string.char, tostring, tonumber, next
local gsub, match, rep = string.gsub, string.match, string.rep
local utf8char, setmetatable, getmetatable, rawget, rawlen = utf8.char, setmetatable, getmetatable, rawget, rawlen

local maximumDepth = 200
local called = "json.encode" -- what the script wrote, for its errors
local isArray = setmetatable({}, { __mode = "k" })

-- Makes a table an array even where it is empty, and gives it.
local function array(t)
  host.check(t, "table", "json.array: argument 1", "a table with the keys 1 to n")
  isArray[t] = true
  return t
end

-- MARK: encoding

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t", ["\b"] = "\\b", ["\f"] = "\\f" }

local function escape(c)
  return escapes[c] or format("\\u%04x", byte(c))
end

local function quoted(text)
  if not utf8.len(text) then raise("usage", called .. ": a text is not valid UTF-8") end
  return '"' .. gsub(text, '[%c"\\\127]', escape) .. '"'
end

local function number(n)
  if mathtype(n) == "integer" then return tostring(n) end
  if n ~= n or n == math.huge or n == -math.huge then
    raise("usage", called .. ": " .. tostring(n) .. " has no form in JSON")
  end
  local text = format("%.15g", n)
  if tonumber(text) ~= n then text = format("%.16g", n) end
  if tonumber(text) ~= n then text = format("%.17g", n) end
  return find(text, "[%.eE]") and text or text .. ".0"
end

local function length(t)
  local count = 0
  for key in next, t do
    if mathtype(key) ~= "integer" or key < 1 then return nil end
    count = count + 1
  end
  return count == rawlen(t) and count or nil
end

-- The first place of a list at which nothing stands; nil where there are other keys.
local function hole(t)
  for key in next, t do
    if mathtype(key) ~= "integer" or key < 1 then return nil end
  end
  local place = 1
  while rawget(t, place) ~= nil do place = place + 1 end
  return place
end

local encodeValue

local function encodeArray(t, count, state, depth)
  local out = state.out
  out[#out + 1] = "["
  for i = 1, count do
    if i > 1 then out[#out + 1] = "," end
    state.newline(depth + 1)
    encodeValue(rawget(t, i), state, depth + 1)
  end
  if count > 0 then state.newline(depth) end
  out[#out + 1] = "]"
end

local function encodeObject(t, state, depth)
  local out, keys = state.out, {}
  for key in next, t do
    if type(key) ~= "string" then
      raise("usage", called .. ": a table has the key " .. tostring(key) .. " beside others", nil,
        "use either the keys 1 to n, for an array, or names, for an object")
    end
    keys[#keys + 1] = key
  end
  sort(keys)
  out[#out + 1] = "{"
  for i, key in ipairs(keys) do
    if i > 1 then out[#out + 1] = "," end
    state.newline(depth + 1)
    out[#out + 1] = quoted(key) .. state.colon
    encodeValue(rawget(t, key), state, depth + 1)
  end
  if #keys > 0 then state.newline(depth) end
  out[#out + 1] = "}"
end

local function encodeTable(t, state, depth)
  if state.open[t] then raise("usage", called .. ": a table holds itself") end
  if depth >= maximumDepth then raise("usage", called .. ": tables are nested deeper than " .. maximumDepth .. " levels") end
  state.open[t] = true
  local count = length(t)
  if not count then
    local place = hole(t)
    if place then
      raise("usage", called .. ": a list has nothing at place " .. place .. ", and more behind it", nil,
        "put json.null there, or leave out what is nil")
    end
  end
  if isArray[t] and not count then raise("usage", called .. ": an array has named keys") end
  if count and (count > 0 or isArray[t]) then encodeArray(t, count, state, depth) else encodeObject(t, state, depth) end
  state.open[t] = nil
end

function encodeValue(value, state, depth)
  local t, out = type(value), state.out
  if value == nil or value == null then out[#out + 1] = "null"
  elseif t == "boolean" then out[#out + 1] = tostring(value)
  elseif t == "number" then out[#out + 1] = number(value)
  elseif t == "string" then out[#out + 1] = quoted(value)
  elseif t == "table" then encodeTable(value, state, depth)
  elseif state.takesSecrets and objectInfo(value) == "secret" then out[#out + 1] = value
  else
    raise("usage", called .. ": " .. typeName(value) .. " has no form in JSON",
      objectInfo(value) == "secret" and "its value never enters the script" or nil,
      objectInfo(value) == "secret" and "make JSON with secrets in it in the host: secret.json{ name = handle }" or nil)
  end
end

local function encode(value, options)
  called = "json.encode"
  if options ~= nil then host.check(options, "table", "json.encode: options", "a table such as { indent = 2 }") end
  for name in next, options or {} do
    if name ~= "indent" then
      raise("usage", "json.encode: there is no option " .. host.quote(name), nil, "it takes: indent")
    end
  end
  local width = options and options.indent
  local state = { out = {}, open = {}, colon = ":", newline = function() end }
  if width then
    if mathtype(width) ~= "integer" or width < 0 or width > 16 then
      raise("usage", called .. ": indent: expected a number from 0 to 16, got " .. host.quote(width))
    end
    state.colon = ": "
    state.newline = function(depth) state.out[#state.out + 1] = "\n" .. rep(" ", width * depth) end
  end
  encodeValue(value, state, 0)
  return concat(state.out)
end

-- For secret.json: the text in parts, and a secret wherever one stands. Handles as keys would have no text to sort by.
local function encodeParts(value, function_)
  called = function_ or "secret.json"
  local state = { out = {}, open = {}, colon = ":", newline = function() end, takesSecrets = true }
  encodeValue(value, state, 0)
  local parts, text = {}, {}
  for _, piece in ipairs(state.out) do
    if type(piece) == "string" then
      text[#text + 1] = piece
    else
      parts[#parts + 1] = concat(text)
      parts[#parts + 1], text = piece, {}
    end
  end
  parts[#parts + 1] = concat(text)
  return parts
end

-- MARK: decoding

local function position(text, at)
  local line, start = 1, 1
  while true do
    local newline = find(text, "\n", start, true)
    if not newline or newline >= at then return "line " .. line .. ", column " .. (at - start + 1) end
    line, start = line + 1, newline + 1
  end
end

local function malformed(text, at, what)
  raise("usage", "json.decode: the text is not JSON", what .. " at " .. position(text, at))
end

local function skip(text, at)
  return find(text, "[^ \t\r\n]", at) or #text + 1
end

local unescaped = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function unicodeEscape(text, at)
  local digits = match(text, "^%x%x%x%x", at + 2)
  if not digits then malformed(text, at, "a wrong \\u escape") end
  local code = tonumber(digits, 16)
  if code >= 0xD800 and code < 0xDC00 then
    local low = match(text, "^\\u([dD][c-fC-F]%x%x)", at + 6)
    if not low then malformed(text, at, "half of a surrogate pair") end
    return utf8char(0x10000 + (code - 0xD800) * 0x400 + tonumber(low, 16) - 0xDC00), at + 12
  end
  if code >= 0xDC00 and code < 0xE000 then malformed(text, at, "half of a surrogate pair") end
  return utf8char(code), at + 6
end

local function decodeString(text, at)
  local parts, start = {}, at + 1
  while true do
    local stop = find(text, '[%z\1-\31"\\]', start)
    if not stop then malformed(text, at, "a text without an end") end
    parts[#parts + 1] = sub(text, start, stop - 1)
    local c = byte(text, stop)
    if c == 34 then return concat(parts), stop + 1 end
    if c ~= 92 then malformed(text, stop, "a control character in a text") end
    local plain = unescaped[sub(text, stop + 1, stop + 1)]
    if plain then
      parts[#parts + 1], start = plain, stop + 2
    elseif sub(text, stop + 1, stop + 1) == "u" then
      parts[#parts + 1], start = unicodeEscape(text, stop)
    else
      malformed(text, stop, "an unknown escape")
    end
  end
end

local bigNumbers -- of the call that is under way

local function decodeNumber(text, at)
  local whole = match(text, "^-?%d+", at)
  if not whole or find(whole, "^-?0%d") then malformed(text, at, "a wrong number") end
  local rest = match(text, "^%.%d+", at + #whole) or ""
  local exponent = match(text, "^[eE][+-]?%d+", at + #whole + #rest) or ""
  local all = whole .. rest .. exponent
  local n = tonumber(all)
  -- Lua makes a float of an integer that is too large; the digits can be kept instead.
  if bigNumbers == "text" and all == whole and mathtype(n) == "float" then return whole, at + #all end
  if n == math.huge or n == -math.huge then malformed(text, at, "a number that is too large") end
  return n, at + #all
end

local decodeValue

local function decodeArray(text, at, depth)
  local result, n = {}, 0
  isArray[result] = true
  at = skip(text, at + 1)
  if byte(text, at) == 93 then return result, at + 1 end
  while true do
    n = n + 1
    result[n], at = decodeValue(text, at, depth)
    at = skip(text, at)
    local c = byte(text, at)
    if c == 93 then return result, at + 1 end
    if c ~= 44 then malformed(text, at, "no comma or bracket") end
    at = skip(text, at + 1)
  end
end

local function decodeObject(text, at, depth)
  local result = {}
  at = skip(text, at + 1)
  if byte(text, at) == 125 then return result, at + 1 end
  while true do
    if byte(text, at) ~= 34 then malformed(text, at, "no name") end
    local key
    key, at = decodeString(text, at)
    at = skip(text, at)
    if byte(text, at) ~= 58 then malformed(text, at, "no colon") end
    result[key], at = decodeValue(text, skip(text, at + 1), depth)
    at = skip(text, at)
    local c = byte(text, at)
    if c == 125 then return result, at + 1 end
    if c ~= 44 then malformed(text, at, "no comma or brace") end
    at = skip(text, at + 1)
  end
end

local words = { t = { "true", true }, f = { "false", false }, n = { "null", null } }

function decodeValue(text, at, depth)
  if depth > maximumDepth then malformed(text, at, "nesting deeper than " .. maximumDepth .. " levels") end
  local c = sub(text, at, at)
  if c == "{" then return decodeObject(text, at, depth + 1) end
  if c == "[" then return decodeArray(text, at, depth + 1) end
  if c == '"' then return decodeString(text, at) end
  local word = words[c]
  if word and sub(text, at, at + #word[1] - 1) == word[1] then return word[2], at + #word[1] end
  if c == "" then malformed(text, at, "it ends early") end
  return decodeNumber(text, at)
end

local function decode(text, options)
  host.check(text, "string", "json.decode: text", "a text")
  if options ~= nil then host.check(options, "table", "json.decode: options", "a table such as { bigNumbers = \"text\" }") end
  for name in next, options or {} do
    if name ~= "bigNumbers" then
      raise("usage", "json.decode: there is no option " .. host.quote(name), nil, "it takes: bigNumbers")
    end
  end
  bigNumbers = options and options.bigNumbers
  if bigNumbers ~= nil and bigNumbers ~= "text" then
    raise("usage", "json.decode: bigNumbers: expected \"text\", got " .. host.quote(bigNumbers))
  end
  if not utf8.len(text) then raise("usage", "json.decode: the text is not valid UTF-8") end
  local value, at = decodeValue(text, skip(text, 1), 1)
  at = skip(text, at)
  if at <= #text then malformed(text, at, "more text after the value") end
  return value
end

return { encode = encode, encodeParts = encodeParts, decode = decode, array = array }
