-- idea: what cat -v, sed, strace, zsh, read, Perl, XML without characters above ASCII, URLs of Node and names in errors make of a value
-- needs: zsh
-- needs: strace
-- needs: perl
-- needs: node
-- needs: python3
-- lacks: \303\251
-- lacks: M-C
for _, locale in ipairs { "C", "C.UTF-8" } do
  for _, name in ipairs { "SPECIAL", "CFG", "TOKEN" } do
    local env = { T = getSecret(name), LC_ALL = locale }
    spawn{
      "sh", "-c", [[printf %s "$T" | cat -v; echo; printf %s "$T" | cat -A; echo; printf %s "$T" | sed -n 'l 5000'
        printf '%s\n' "$T" | { read x; printf '%s\n' "$x"; }; ls -d "$T
x" "$T"; exit 0]], env = env
    }
    spawn{ "zsh", "-fxc", [=[[[ x == "$T" ]]; case a in "$T") ;; esac; x="$T"; set | grep -a T=; true]=], env = env }
    spawn{ "perl", "-MCarp", "-MData::Dumper", "-e", "$Data::Dumper::Useqq = 1; $Carp::MaxArgLen = 0; print Dumper($ENV{T}); sub f { Carp::cluck('x') } f($ENV{T})", env = env }
    spawn{ "node", "-e", [[const u = new URL("http://u@h.example/"); u.password = process.env.T; console.log(u.password, u.href)
      u.search = process.env.T; u.hash = process.env.T; console.log(u.search, u.hash)]], env = env }
    spawn{ "python3", "-X", "utf8", "-c", [[import os, html, xml.etree.ElementTree as E
e = E.Element("a", b=os.environ["T"]); e.text = os.environ["T"]; print(E.tostring(e).decode())
print(html.escape(os.environ["T"]).encode("ascii", "xmlcharrefreplace").decode())]], env = env }
    spawn{ "strace", "-o", "/dev/stdout", "-s", "4096", "-e", "trace=write", "sh", "-c", "printf %s \"$T\"", env = env, check = false }
  end
end
