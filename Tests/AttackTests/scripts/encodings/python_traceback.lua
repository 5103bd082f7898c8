-- idea: a traceback of Python shows a token in the exception's text
-- needs: python3
-- exit: 1
-- error: [secret:TOKEN]
spawn{ "python3", "-c", "import os; raise ValueError('no such token: %r' % os.environ['T'])", env = { T = getSecret("TOKEN") } }
