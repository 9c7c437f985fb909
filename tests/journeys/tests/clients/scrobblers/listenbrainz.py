"""Reports listens with the public client library, unchanged: what a player does that uses it."""

import sys
import time

import liblistenbrainz
from liblistenbrainz import Listen, errors

url, token = sys.argv[1:]

client = liblistenbrainz.ListenBrainz(api_base_url=url)
client.set_auth_token(token)  # asks /1/validate-token

client.submit_playing_now(
    Listen(track_name="The Moon Represents My Heart", artist_name="Teresa Teng")
)

now = int(time.time())
hour = [
    Listen(
        track_name=f"Song {index}",
        artist_name="Teresa Teng",
        release_name="A collection",
        listened_at=now - 3600 + index * 240,
        additional_info={"duration_ms": 240_000, "media_player": "a player", "tracknumber": index + 1},
        tags=["mandopop"],
    )
    for index in range(15)
]
client.submit_multiple_listens(hour)
for listen in hour[-2:]:
    client.submit_single_listen(listen)
client.submit_multiple_listens(hour)

assert client.remaining_requests is not None and client.remaining_requests >= 0
assert client.ratelimit_reset_in is not None and 0 <= client.ratelimit_reset_in <= 10

# A wrong token is told apart from an error.
stranger = liblistenbrainz.ListenBrainz(api_base_url=url)
try:
    stranger.set_auth_token("not-a-token")
except errors.InvalidAuthTokenException:
    pass
else:
    raise AssertionError("a wrong token was taken as valid")

# A listen without a time is refused, with the reason where the library looks for it.
try:
    client._post("/1/submit-listens", data='{"listen_type":"single","payload":[{"track_metadata":{}}]}')
except errors.ListenBrainzAPIException as error:
    assert error.status_code == 400 and error.message, error
else:
    raise AssertionError("a listen without a time was taken")

print("all requests were answered as expected")
