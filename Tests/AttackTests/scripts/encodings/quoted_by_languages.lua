-- idea: programs show a value as a literal of their language, in a table and alone
-- needs: node
-- needs: perl
-- needs: python3
-- out: leaks	7
local s = getSecret("SPECIAL")
local leaks = 0
for _, command in ipairs {
  { "node", "-e", "console.log({ t: process.env.T }); console.log([process.env.T])" },
  { "perl", "-MData::Dumper", "-e", "print Dumper({ t => $ENV{T} })" },
  { "python3", "-c", "import os, csv, sys, sqlite3; csv.writer(sys.stdout).writerow([os.environ['T'], 1]); "
    .. "print(sqlite3.connect(':memory:').execute('select quote(?)', [os.environ['T']]).fetchone()[0]); print([os.environ['T']], (os.environb[b'T'],))" },
} do
  command.env, command.capture = { T = s }, true
  local r = spawn(command)
  io.stderr:write(r.stdout)
  leaks = leaks + r.leaks
end
print("leaks", leaks)
