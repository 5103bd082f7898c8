-- idea: none; a program that is left behind and has nothing to do with a file keeps nobody from writing that again
-- needs: setsid
-- out: three, twice
-- out: three, twice and more
-- out: closed again
spawn{ "setsid", "--fork", "sleep", "60", stdout = { file = "log" } }
for _, text in ipairs { "one", "two", "three" } do spawn{ "printf", text, stdout = { file = "A" } } end
spawn{ "printf", ", twice", stdout = { file = "A", append = true } }
print(fs.read("A"))
fs.write("A", " and more", { append = true })
print(fs.read("A"))
spawn{ "printf", "closed", stdout = { file = "C", mode = "0200" } }
spawn{ "printf", "closed again", stdout = { file = "C" } }
spawn{ "chmod", "0600", "C" }
print(fs.read("C"))
