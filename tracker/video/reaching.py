"""Why a stream was not to be had from an address, as far as asking once more can tell.

FFmpeg has "Input/output error" for a host that does not exist, for one that hangs up, and for a
page instead of a film; and its own words hold the address with its password.
"""

from __future__ import annotations

import socket
import ssl
import urllib.request
from http.client import HTTPException
from urllib.parse import SplitResult, unquote, urlsplit

import av

from .names import without_credentials

__all__ = ["why_not_reached"]

USUAL_PORTS = {"http": 80, "https": 443, "rtmp": 1935, "rtsp": 554, "rtsps": 322}

# What a client says first, by which a server shows whether it speaks that language (RFC 2326).
GREETINGS = {"rtsp": b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"}

FILMS = ("video/", "image/", "multipart/", "application/octet-stream")  # how their types begin

HUNG_UP = (av.ConnectionResetError, av.BrokenPipeError, av.EOFError)


def why_not_reached(
    address: str, error: av.FFmpegError, timeout_s: float, *, opened: bool = False
) -> str:
    """Say what went wrong, without the address; asks the host again where FFmpeg does not tell.

    *opened* is whether it gave a film before.
    """
    if isinstance(error, av.ExitError):  # how PyAV ends what takes longer than its time-out
        return f"no answer within {timeout_s:g} s"
    try:
        asked, shown = urlsplit(address.strip()), urlsplit(without_credentials(address))
    except ValueError:
        return "not an address; a host of numbers with : is written in [ ]"
    if asked.hostname != shown.hostname:
        return "its user or password has a / ? # or @; write %2F %3F %23 %40 for them"
    if not shown.hostname:
        return "there is no host in this address"
    try:
        port = shown.port or USUAL_PORTS.get(shown.scheme)
    except ValueError:
        return "its port must be a number up to 65535"
    where = shown.hostname if port is None else f"{shown.hostname}:{port}"
    is_vague = type(error) is av.OSError  # "Input/output error"
    if isinstance(error, HUNG_UP) or (is_vague and opened):
        return f"the server at {where} hung up"
    unknown = _why_unknown(shown.hostname)
    if unknown:
        return f"the host {shown.hostname} cannot be found ({unknown})"
    if is_vague or isinstance(error, av.InvalidDataError):
        said = _why_no_video(asked, where, port, timeout_s)
        if said:
            return said
    if is_vague:
        return f"{where} does not answer as {shown.scheme} should, or hung up ({error.strerror})"
    return str(error.strerror)


def _why_unknown(host: str) -> str:
    """Look a host up as FFmpeg does; empty when it has an address."""
    try:
        socket.getaddrinfo(host.encode(), None)  # bytes: Python would make Punycode of a text
    except OSError as error:
        return str(error.strerror)
    return ""


def _why_no_video(asked: SplitResult, where: str, port: int | None, timeout_s: float) -> str:
    """Say what a server sends that is no video; empty if that cannot be known."""
    if asked.scheme in ("http", "https"):
        kind = _content_type(asked, timeout_s)
        if kind.startswith(FILMS):
            return f"what is sent as {kind} cannot be read as a video"
        return kind and f"what is there is no video ({kind})"
    if port is None or asked.scheme not in (*GREETINGS, "tcp"):
        return ""
    answer = _first_answer(asked, port, timeout_s)
    if answer == b"":
        return f"the server at {where} hung up"
    if asked.scheme in GREETINGS and answer and not answer.startswith(b"RTSP/"):
        return f"what answers at {where} does not speak RTSP"
    return ""


def _content_type(asked: SplitResult, timeout_s: float) -> str:
    """Ask an HTTP server what is there; empty if it does not say."""
    address = asked._replace(netloc=asked.netloc.rpartition("@")[2], fragment="").geturl()
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    who = [unquote(word or "") for word in (asked.username, asked.password)]
    passwords.add_password(None, address, *who)
    as_ffmpeg = ssl.create_default_context()  # which takes any certificate
    as_ffmpeg.check_hostname, as_ffmpeg.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.HTTPBasicAuthHandler(passwords),
        urllib.request.HTTPDigestAuthHandler(passwords),
        urllib.request.HTTPSHandler(context=as_ffmpeg),
    )
    try:
        with opener.open(address, timeout=timeout_s) as answer:
            return str(answer.headers.get_content_type())
    except (OSError, HTTPException, ValueError):  # FFmpeg's own words will do
        return ""


def _first_answer(asked: SplitResult, port: int, timeout_s: float) -> bytes | None:
    """Greet a server; b"" when it hangs up without a word, None when it is silent."""
    try:
        with socket.create_connection((asked.hostname, port), timeout_s) as connection:
            connection.sendall(GREETINGS.get(asked.scheme, b""))
            return connection.recv(64)
    except ConnectionResetError:
        return b""
    except OSError:
        return None
