print(package.path) --> unknown-global: there is no global package
