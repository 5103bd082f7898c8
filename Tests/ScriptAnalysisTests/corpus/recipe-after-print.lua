do
  print("hello") --> recipe-avoided: print is called before the recipe{} of line 4
end
recipe{ name = "late" }
