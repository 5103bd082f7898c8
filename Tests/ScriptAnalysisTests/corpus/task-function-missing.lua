task("build") --> missing-argument: task: the function is missing / it is called: task(name, [options], f)
