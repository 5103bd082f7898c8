local message = "hello"
print(mesage) --> unknown-global: did you mean message?
