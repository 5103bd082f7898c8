recipe{
  name = "x",
  programs = {
    "git",
    "hugo", --> unused-program: the program hugo is declared and not used
  },
}
spawn{ "git", "status" }
