"""Runs Examples/deploy's supervisor and nginx files, with paths and ports of this try, and uses the chat through them."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import ssl
import subprocess
import sys
import time
import urllib.request

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
sys.path.insert(0, os.path.join(root, "Tests", "Browser"))

from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from support.chromium import ChatPage, find_browser, wait_for  # noqa: E402
from support.hawk import free_ports  # noqa: E402

bin_folder, work = sys.argv[1:3]
deploy = os.path.join(root, "Examples", "deploy")
gateway, api, inner, register, simulator, http, https = free_ports(7)
origin = f"https://localhost:{https}"


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def write(path, text):
    path = os.path.join(work, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def token(uid):
    def encode(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    claims = {"sub": uid, "exp": int(time.time()) + 3600}
    signed = encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + b"." + encode(json.dumps(claims).encode())
    key = read(work, "etc", "auth-secret").encode()
    return (signed + b"." + encode(hmac.digest(key, signed, hashlib.sha256))).decode()


def prepare():
    """The files of Examples/deploy with what is different here; everything else stays as it is delivered."""
    for name in ("secret", "auth-secret", "deepseek-api-key"):
        write(f"etc/{name}", secrets.token_urlsafe(32))
    for folder in ("data", "log"):
        os.makedirs(os.path.join(work, folder), exist_ok=True)
    values = {
        "HAWK_DATA": f"{work}/data",
        "HAWK_GATEWAY_LISTEN": f"127.0.0.1:{gateway}",
        "HAWK_API_LISTEN": f"127.0.0.1:{api}",
        "HAWK_GATEWAY_URL": f"wss://localhost:{https}/ws",
        "HAWK_ALLOW_ORIGIN": origin,
    }
    environment = read(deploy, "hawk.env").replace("/etc/hawk", f"{work}/etc")
    for name, value in values.items():
        environment, count = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", environment)
        assert count == 1, f"hawk.env has no {name}"
    environment += (
        f"HAWK_INNER_LISTEN=127.0.0.1:{inner}\nHAWK_REGISTER_LISTEN=127.0.0.1:{register}\n"
        f"HAWK_REGISTER=127.0.0.1:{register}\nDEEPSEEK_BASE_URL=http://127.0.0.1:{simulator}\nHAWK_TOKEN_URL=/token\n"
    )
    write("etc/hawk.env", environment)

    programs = read(deploy, "supervisor", "hawk.conf").replace("/etc/hawk", f"{work}/etc")
    programs = programs.replace("/usr/local/bin", bin_folder).replace("/var/log/hawk", f"{work}/log")
    programs = re.sub(r"(?m)^user=hawk\n", "", programs)
    write(
        "supervisord.conf",
        f"[unix_http_server]\nfile={work}/supervisor.sock\n"
        f"[supervisord]\nlogfile={work}/log/supervisord.log\npidfile={work}/supervisord.pid\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
        f"[supervisorctl]\nserverurl=unix://{work}/supervisor.sock\n{programs}",
    )

    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", f"{work}/etc/key.pem", "-out", f"{work}/etc/chain.pem"],
        check=True, capture_output=True,
    )
    site = read(deploy, "nginx", "hawk.conf")
    site = re.sub(r"(?m)^ *listen \[::\].*\n", "", site)
    site = site.replace("listen 80;", f"listen 127.0.0.1:{http};").replace("listen 443 ", f"listen 127.0.0.1:{https} ")
    site = site.replace("chat.example.com;", "localhost;").replace("127.0.0.1:8080", f"127.0.0.1:{api}")
    site = site.replace("127.0.0.1:8282", f"127.0.0.1:{gateway}")
    site = re.sub(r"/etc/letsencrypt/\S*/fullchain.pem", f"{work}/etc/chain.pem", site)
    site = re.sub(r"/etc/letsencrypt/\S*/privkey.pem", f"{work}/etc/key.pem", site)
    # The site that the chat lives in: it signs its user in.
    answer = json.dumps({"token": token("ann")})
    site = site.replace(
        "    location / {",
        f"    location = /token {{ default_type application/json; return 200 '{answer}'; }}\n\n    location / {{",
    )
    write(
        "nginx.conf",
        f"pid {work}/nginx.pid;\nerror_log {work}/log/nginx.log;\nevents {{}}\nhttp {{\n"
        f"access_log off;\nclient_body_temp_path {work}/nginx-body;\nproxy_temp_path {work}/nginx-proxy;\n"
        f"fastcgi_temp_path {work}/nginx-1;\nuwsgi_temp_path {work}/nginx-2;\nscgi_temp_path {work}/nginx-3;\n{site}}}\n",
    )


def control(*words):
    return subprocess.run(
        ["supervisorctl", "-c", f"{work}/supervisord.conf", *words], capture_output=True, text=True
    ).stdout


def processes():
    """What supervisor runs, by name: the process number of what is RUNNING."""
    found = re.findall(r"(?m)^hawk:(\S+)\s+RUNNING\s+pid (\d+)", control("status"))
    return {name: int(pid) for name, pid in found}


def insecure():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def request(method, path, body=None, headers=()):
    data = None if body is None else json.dumps(body).encode()
    made = urllib.request.Request(origin + path, data=data, method=method)
    for name, value in {"Authorization": f"Bearer {token('bob')}", "Content-Type": "application/json", **dict(headers)}.items():
        made.add_header(name, value)
    return urllib.request.urlopen(made, timeout=60, context=insecure())


def browser():
    path, driver = find_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = path
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--ignore-certificate-errors", "--window-size=1280,800"):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=Service(driver))


def ask(page, text):
    asked = len(page.questions())
    page.ask(text)
    wait_for(f"{text!r} to be answered", lambda: len(page.questions()) > asked and page.state() == "finished")
    assert len(page.answer()) > 20, page.answer()


def follow_events():
    """An answer as server-sent events: they come while it is written, not all at its end."""
    with request("POST", "/api/chat/send", {"content": "Tell me [[tokens 80]]"}) as response:
        reply = json.load(response)["reply_id"]
    times = []
    with request("GET", f"/api/chat/replies/{reply}/log", headers={"Accept": "text/event-stream"}) as stream:
        for line in stream:
            if line.startswith(b"event: content"):
                times.append(time.monotonic())
            if line.startswith(b"event: finished"):
                break
    spread = times[-1] - times[0]
    assert len(times) >= 5 and spread > 0.2, (len(times), spread)
    return len(times), spread


def main():
    prepare()
    running = [subprocess.Popen([f"{bin_folder}/deepseek-simulator", "--listen", f"127.0.0.1:{simulator}"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
    driver = None
    try:
        print("== supervisor", flush=True)
        running.append(subprocess.Popen(["supervisord", "-n", "-c", f"{work}/supervisord.conf"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        names = {"hawk-server", "hawk-api", "hawk-queue-0", "hawk-queue-1"}
        wait_for("the programs to run", lambda: set(processes()) == names)
        print("runs", ", ".join(sorted(names)), flush=True)
        print("== nginx", flush=True)
        subprocess.run(["nginx", "-t", "-q", "-p", work, "-c", f"{work}/nginx.conf"], check=True)
        running.append(subprocess.Popen(["nginx", "-p", work, "-c", f"{work}/nginx.conf", "-g", "daemon off;"]))
        driver = browser()
        page = ChatPage(driver, origin)
        page.wait_online()
        ask(page, "Through the proxy? [[tokens 40]]")
        print("the page signs in, binds its socket, asks and is answered", flush=True)
        count, spread = follow_events()
        print(f"server-sent events: {count} pieces over {spread:.1f} s", flush=True)
        for name in sorted(names):
            before = processes()[name]
            began = time.monotonic()
            os.kill(before, 9)
            wait_for(f"{name} to run again", lambda: processes().get(name, before) != before)
            page.wait_online()
            ask(page, f"After {name}? [[tokens 20]]")
            print(f"{name}: killed -9, runs again, the page asks and is answered; {time.monotonic() - began:.1f} s", flush=True)
        print(control("stop", "hawk:*").count("stopped"), "programs stopped in order", flush=True)
    except BaseException:
        for log in sorted(os.listdir(f"{work}/log")):
            print(f"--- {log}\n{read(work, 'log', log)[-2000:]}", file=sys.stderr)
        raise
    finally:
        if driver:
            driver.quit()
        for process in reversed(running):
            process.terminate()
            process.wait(timeout=60)


main()
