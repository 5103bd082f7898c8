print(1)
break --> syntax: break stands outside of a loop
