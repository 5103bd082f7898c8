-- idea: a time limit is caught again and again, by what computes and by what waits
-- exit: 1
-- options: --limit cpu=1s
-- error: it computed beyond 1 s of CPU time without a call to the host
timeout(0.1, function()
  while true do pcall(function() while true do end end) end
end)
