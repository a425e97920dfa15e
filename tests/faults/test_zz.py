import time, psutil, pytest
from concurrent.futures import ThreadPoolExecutor
from tests.faults import field
from tests.faults.hold import Hold
pytestmark = pytest.mark.house
def test_zz(house, play, shared):
    t0 = time.monotonic()
    def tick(what):
        nonlocal t0
        t1 = time.monotonic(); print(f"{what}: {t1-t0:.2f}"); t0 = t1
    for f in field.files()[:2]:
        play.submit(f); tick("normal upload")
    house.databases.valkey.stop(); tick("stop")
    play.submit(field.files()[2]); tick("upload valkey stopped")
    play.submit(field.files()[3]); tick("upload valkey stopped")
    house.databases.valkey.start(); tick("start")
    house.until(house.worker_answers); tick("worker back")
    play.until_scored(); tick("scored")
    v = psutil.Process(house.home.started()["valkey"].pid); v.suspend()
    t0 = time.monotonic()
    try:
        print(play.submit(field.files()[4])); tick("upload valkey frozen")
        print(play.submit(field.files()[5])); tick("upload valkey frozen 2")
    except Exception as e:
        print(repr(e)); tick("upload valkey frozen FAILED")
    finally:
        v.resume()
    play.upload(field.files()[6:]); tick("rest")
    play.until_scored(); tick("scored")
    play.go("close", before="settle"); tick("to settle")
    with ThreadPoolExecutor(31) as pool:
        with Hold(house, "round", round_pk=play.pk) as turn:
            a = [pool.submit(play.settle, f"k{n}") for n in range(30)]
            turn.until_waiting(8); tick("waiting 8")
            c = pool.submit(house.manage, "settle_round", "faults", f"--round={play.number}", "--yes")
        [x.result() for x in a]; tick("settled")
        c.result(); tick("command")
