recipe{
  name = "two words", --> wrong-value: expected letters, digits, _ and -
}
