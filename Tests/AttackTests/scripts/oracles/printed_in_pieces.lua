-- idea: the script prints a guess piece by piece and sees which piece is held back
-- oracle: same
-- guess: TOKEN 3
-- out: written
getSecret("TOKEN")
for _, guess in ipairs(arg) do
  for i = 1, #guess do
    io.stderr:write(guess:sub(i, i), "\n")
  end
end
print("written")
