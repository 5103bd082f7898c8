-- Names that exist in Lua elsewhere and not here, with the way to do it. Compiled at the first use of one.
local host = ...

local files = "read it whole with fs.read(path), write it with fs.write(path, text)"
local module = "put the code in a module beside the script and require it"
local temporary = "make a folder that is gone at the end of the run: fs.tempDir(); or hand text to a program with spawn{ …, "

local ways = {
  warn = "write log.warn(message)",
  dofile = module,
  loadfile = module,
  ["io.open"] = files,
  ["io.close"] = files,
  ["io.popen"] = "run a program with spawn{ \"program\", \"argument\", capture = true }",
  ["io.input"] = "standard input is read with io.read",
  ["io.output"] = "standard output is written with io.write",
  ["io.tmpfile"] = temporary .. "stdin = text } or files = { NAME = text }",
  ["os.execute"] = "run a program with spawn{ \"program\", \"argument\" }",
  ["os.remove"] = "use fs.remove(path)",
  ["os.rename"] = "use fs.rename(from, to)",
  ["os.tmpname"] = temporary .. "files = { NAME = text } }",
  ["os.setlocale"] = "set LC_ALL in the environment of a child: spawn{ …, env = { LC_ALL = \"C\" } }",
}

return {
  refuse = function(name)
    host.raise("usage", name .. " is not available in a script", nil, ways[name])
  end,
}
