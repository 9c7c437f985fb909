"""Runs Debian's mpdscribble, unchanged, against the API and against a music player that this script
plays: a daemon which plays one song of 40 seconds for 24 seconds and then the next.

mpdscribble reports a song once more than half of it was played, so the script takes half a minute.
"""

import pathlib
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

url, token = sys.argv[1:]
SONGS = [("The Moon Represents My Heart", "Teresa Teng"), ("Farewell", "Teresa Teng")]
PLAYED_SECONDS, SONG_SECONDS = 24, 40
started = time.monotonic()


def song_now():
    """Which song plays, and for how long it has."""
    elapsed = time.monotonic() - started
    index = min(int(elapsed // PLAYED_SECONDS), len(SONGS) - 1)
    return index, elapsed - index * PLAYED_SECONDS


class Player(socketserver.StreamRequestHandler):
    """As much of the Music Player Daemon's protocol as mpdscribble speaks."""

    def say(self, *lines):
        self.wfile.write("".join(f"{line}\n" for line in lines).encode())

    def handle(self):
        self.say("OK MPD 0.23.5")
        listed = None
        for line in self.rfile:
            command = line.decode().strip()
            if command.startswith("command_list"):
                listed = [] if "begin" in command else listed
                if command == "command_list_end":
                    for entry in listed:
                        self.answer(entry)
                        self.say("list_OK")
                    listed = None
                    self.say("OK")
            elif listed is not None:
                listed.append(command)
            elif command == "idle" or command.startswith("idle "):
                index, _ = song_now()
                while song_now()[0] == index:
                    time.sleep(0.2)
                    if index == len(SONGS) - 1:
                        time.sleep(60)
                self.say("changed: player", "OK")
            else:
                self.answer(command)
                self.say("OK")

    def answer(self, command):
        index, elapsed = song_now()
        title, artist = SONGS[index]
        if command == "status":
            self.say("repeat: 0", "random: 0", "state: play", f"song: {index}", f"songid: {index + 1}",
                     f"time: {int(elapsed)}:{SONG_SECONDS}", f"elapsed: {elapsed:.3f}",
                     f"duration: {SONG_SECONDS}.000", "playlistlength: 2", "playlist: 2")
        elif command == "currentsong":
            self.say(f"file: music/{index}.ogg", f"Artist: {artist}", f"Title: {title}", "Album: Songs",
                     f"Time: {SONG_SECONDS}", f"duration: {SONG_SECONDS}.000", f"Pos: {index}",
                     f"Id: {index + 1}")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


with tempfile.TemporaryDirectory() as folder, Server(("127.0.0.1", 0), Player) as player:
    threading.Thread(target=player.serve_forever, daemon=True).start()
    home = pathlib.Path(folder)
    config, journal, log = home / "mpdscribble.conf", home / "journal", home / "log"
    config.write_text(
        f"verbose = 0\nlog = {log}\nhost = 127.0.0.1\nport = {player.server_address[1]}\n\n"
        f"[planet]\nurl = {url}/scrobble/1.2\nusername = {token}\npassword = {token}\njournal = {journal}\n"
    )
    scribbler = subprocess.Popen(["mpdscribble", "--no-daemon", "--conf", str(config)])
    try:
        deadline = time.monotonic() + 90
        submitted = False
        while not submitted and time.monotonic() < deadline:
            time.sleep(0.5)
            text = log.read_text() if log.exists() else ""
            submitted = "OK" in text.partition("submitting 1 song")[2]
    finally:
        scribbler.terminate()
        scribbler.wait(timeout=20)
    print(log.read_text())
    assert submitted, "the submission was not answered OK"
    left = journal.read_text() if journal.exists() else ""
    assert SONGS[0][0] not in left, f"the listen is still in the journal: {left}"
    print("mpdscribble was answered OK")
