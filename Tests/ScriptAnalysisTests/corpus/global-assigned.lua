counter = 1 --> global-assignment: write: local counter
print(counter)
