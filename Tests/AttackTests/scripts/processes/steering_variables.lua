-- idea: a value becomes a variable that steers a loader, a shell or an interpreter
-- out: 0 of 28 taken
local s = getSecret("TOKEN")
local taken, tried = 0, 0
for name in ("LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT LD_DEBUG_OUTPUT BASH_ENV ENV PATH IFS PS4 PROMPT_COMMAND PYTHONPATH PYTHONSTARTUP PERL5OPT RUBYOPT "
  .. "NODE_OPTIONS LUA_INIT GIT_SSH_COMMAND GIT_ASKPASS PAGER EDITOR OPENSSL_CONF SSLKEYLOGFILE BASH_FUNC_x%% GCONV_PATH MALLOC_CHECK_ HOME SHELL TMPDIR"):gmatch("%S+") do
  tried = tried + 1
  if pcall(spawn, { "true", env = { [name] = s } }) then taken = taken + 1 print(name) end
end
print(("%d of %d taken"):format(taken, tried))
