local params = recipe{
  name = "x",
  params = {
    count = { type = "integer", minimum = 1 }, --> unknown-option: recipe: params.count: there is no option minimum
  },
}
print(params.count)
