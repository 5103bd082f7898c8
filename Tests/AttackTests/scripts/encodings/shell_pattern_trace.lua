-- idea: set -x of bash where it compares a value as a pattern, with a backslash before each character
-- error: *[secret:TOKEN]
-- error: [secret:SPECIAL]
-- error: ^[secret:TOKEN]
for _, locale in ipairs { "C", "C.UTF-8" } do
  for _, name in ipairs { "TOKEN", "SPECIAL", "EIGHT" } do
    spawn{
      "bash", "-xc", '[[ x == "$T" ]]; [[ x != *"$T" ]]; [[ x =~ "$T" ]]; [[ x =~ ^"$T"$ ]]; [[ $T < "$T" ]] || true',
      env = { T = getSecret(name), LC_ALL = locale }
    }
  end
end
