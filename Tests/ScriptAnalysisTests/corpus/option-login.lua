login{ profil = "blog" } --> unknown-option: did you mean profile?
