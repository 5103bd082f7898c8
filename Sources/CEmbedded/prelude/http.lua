-- http.request{ … }: done by the host. Here JSON is written and read; what stands where is checked there.
local host = ...
local operations, call, raise = host.operations, host.call, host.raise
local type, next, pcall, select, find, gmatch, lower = type, next, pcall, select, string.find, string.gmatch, string.lower

-- Sets a handle at the place that `path` names: names joined by dots.
local function place(json, path, handle)
  local names, t = {}, json
  for name in gmatch(path, "[^.]+") do names[#names + 1] = name end
  for i = 1, #names - 1 do
    t = type(t) == "table" and t[names[i]] or nil
  end
  if type(t) == "table" then t[names[#names]] = handle end
end

local function decoded(answer)
  local kind = answer.headers["content-type"]
  if type(answer.body) ~= "string" or not kind then return nil end
  kind = lower(kind)
  if not find(kind, "^application/json%f[%W]") and not find(kind, "^application/[%w.-]+%+json%f[%W]") then return nil end
  local ok, json = pcall(host.json().decode, answer.body)
  if not ok then return nil end
  for path, handle in next, answer.secrets or {} do place(json, path, handle) end
  return json
end

local function request(spec, ...)
  if type(spec) ~= "table" or select("#", ...) > 0 then
    raise("usage", "http.request takes one table", nil, "write http.request{ url = \"https://…\" }")
  end
  local copy = {}
  for key, value in next, spec do
    if key == "task" then raise("usage", "http.request: there is no option \"task\"") end
    copy[key] = value
  end
  copy.task = host.currentTask and host.currentTask()
  if spec.json ~= nil then copy.json = host.json().encodeParts(spec.json, "http.request: json") end
  local answer = call(operations.http, copy)
  answer.json = decoded(answer)
  return answer
end

return { request = request }
