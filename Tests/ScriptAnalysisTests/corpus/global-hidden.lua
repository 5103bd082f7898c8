print = log.info --> hidden-global: this hides print
print("x")
