recipe{
  name = "x",
  secrets = {
    "GH_PAT", --> unused-secret: the secret GH_PAT is declared and not used
  },
}
