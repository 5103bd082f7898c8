if arg[1] == "now" then
  return --> recipe-avoided: this return leaves the script before the recipe{}
end
recipe{ name = "late", description = "its limits may never hold" }
print("late")
