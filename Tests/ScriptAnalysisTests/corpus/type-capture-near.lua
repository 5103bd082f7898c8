spawn{ "ls", capture = "stdot" } --> wrong-type: did you mean stdout?
