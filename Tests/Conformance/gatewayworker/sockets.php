<?php
// A plain WebSocket client for the drivers: opens, sends, and keeps what comes.
namespace Hawk;

final class Socket
{
    private $stream;
    private string $buffer = '';
    public array $received = [];
    public bool $closed = false;

    public function __construct(string $address, string $path = '/')
    {
        $this->stream = stream_socket_client("tcp://$address", $code, $error, 5);
        if (!$this->stream) throw new \Exception("connect to $address: $error");
        $key = base64_encode(random_bytes(16));
        fwrite($this->stream, "GET $path HTTP/1.1\r\nHost: $address\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            . "Sec-WebSocket-Key: $key\r\nSec-WebSocket-Version: 13\r\nCookie: sid=abc\r\n\r\n");
        stream_set_timeout($this->stream, 60);
        $head = '';
        while (!str_contains($head, "\r\n\r\n")) {
            $byte = fread($this->stream, 1);
            if ($byte === '' || $byte === false) throw new \Exception("no handshake: $head");
            $head .= $byte;
        }
        if (!str_contains($head, ' 101 ')) throw new \Exception("no socket: $head");
        stream_set_blocking($this->stream, false);
    }

    /** For who waits for several sockets at once. */
    public function stream()
    {
        return $this->stream;
    }

    public function send(string $text, int $opcode = 1): void
    {
        $length = strlen($text);
        $head = chr(0x80 | $opcode) . ($length < 126 ? chr(0x80 | $length) : chr(0x80 | 126) . pack('n', $length));
        fwrite($this->stream, $head . "\0\0\0\0" . $text);
    }

    /** Takes what has come: texts as they are, binary with a mark. */
    public function read(): void
    {
        if ($this->closed) return;
        while (($more = fread($this->stream, 65536)) !== false && $more !== '') $this->buffer .= $more;
        while (strlen($this->buffer) >= 2) {
            $opcode = ord($this->buffer[0]) & 15;
            $length = ord($this->buffer[1]) & 127;
            $start = 2;
            if ($length === 126) { if (strlen($this->buffer) < 4) break; $length = unpack('n', substr($this->buffer, 2))[1]; $start = 4; }
            if ($length === 127) { if (strlen($this->buffer) < 10) break; $length = unpack('J', substr($this->buffer, 2))[1]; $start = 10; }
            if (strlen($this->buffer) < $start + $length) break;
            $payload = substr($this->buffer, $start, $length);
            $this->buffer = substr($this->buffer, $start + $length);
            if ($opcode === 1) $this->received[] = $payload;
            if ($opcode === 2) $this->received[] = 'binary ' . bin2hex($payload);
            if ($opcode === 8) $this->end();
        }
        if (!$this->closed && feof($this->stream)) $this->end();
    }

    /** Waits for the next message and takes it; null if none comes in time or the socket has closed. */
    public function next(float $seconds = 60): ?string
    {
        $end = microtime(true) + $seconds;
        while (true) {
            $this->read();
            if ($this->received) return array_shift($this->received);
            if ($this->closed || microtime(true) > $end) return null;
            usleep(1000);
        }
    }

    public function end(): void
    {
        if ($this->closed) return;
        $this->closed = true;
        fclose($this->stream);
    }
}
