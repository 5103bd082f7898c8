spawn{ "ls", timeout = "5 minutes" } --> wrong-type: seconds or a text such as "90s"
