local n = 1
if n == 1 then print(1)
elif n == 2 then print(2) --> syntax: it is written elseif
end
