do
  goto done --> syntax: there is no label done
end
