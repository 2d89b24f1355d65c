<?php
// Pushes to uids by PHP's GatewayClient, and says what that cost the gateway: processor time of a process group.
// php speed.php <register> <sockets> <secret> <process group of the gateway> <persistent|once> <pushes> [<in a burst>]
// Prints: gateway's µs of processor time for a push, and pushes per second until the last had arrived.
require __DIR__ . '/sockets.php';
require getenv('GATEWAYWORKER_SOURCES') . '/GatewayClient/Gateway.php';

use GatewayClient\Gateway;
use Hawk\Socket;

[, $register, $address, $secret, $group, $mode, $pushes] = $argv;
Gateway::$registerAddress = $register;
Gateway::$secretKey = $secret;
Gateway::$persistentConnection = $mode === 'persistent';
error_reporting(E_ALL & ~E_DEPRECATED);
const SOCKETS = 100;

/** Clock ticks that the processes of the group have used. */
function ticks(): int
{
    global $group;
    $sum = 0;
    foreach (glob('/proc/[0-9]*/stat') as $file) {
        $stat = @file_get_contents($file);
        if ($stat === false) continue;
        $fields = explode(' ', substr($stat, strrpos($stat, ')') + 2));
        if ((int)$fields[2] === (int)$group) $sum += $fields[11] + $fields[12];
    }
    return $sum;
}

for ($end = microtime(true) + 10; microtime(true) < $end; usleep(20000)) {
    try {
        if (Gateway::getAllClientCount() === 0) break;
    } catch (\Exception) {
    }
}
[$mine, $theirs] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
if (pcntl_fork() === 0) {
    // The browsers, in a process of their own: they count what comes and say when it is all.
    fclose($mine);
    $streams = [];
    for ($i = 0; $i < SOCKETS; $i++) {
        $socket = new Socket($address);
        fwrite($theirs, json_decode($socket->next(), true)['client_id'] . "\n");
        $streams[] = $socket->stream();
    }
    $bytes = 0;
    $expected = (int)$pushes * (2 + 64);
    while ($bytes < $expected) {
        [$read, $write, $except] = [$streams, null, null];
        if (!stream_select($read, $write, $except, 20)) break;
        foreach ($read as $stream) $bytes += strlen(fread($stream, 65536));
    }
    fwrite($theirs, $bytes >= $expected ? "all\n" : "not all\n");
    fgets($theirs);
    exit;
}
fclose($theirs);
for ($i = 0; $i < SOCKETS; $i++) Gateway::bindUid(trim(fgets($mine)), "user$i");
Gateway::getAllClientCount();
$message = str_repeat('x', 64);
[$before, $start] = [ticks(), microtime(true)];
for ($i = 0; $i < $pushes; $i++) Gateway::sendToUid('user' . $i % SOCKETS, $message);
if (fgets($mine) !== "all\n") exit("not everything arrived\n");
$seconds = microtime(true) - $start;
$ticksPerSecond = (int)trim(shell_exec('getconf CLK_TCK'));
printf("%.2f %d\n", (ticks() - $before) / $ticksPerSecond * 1e6 / $pushes, $pushes / $seconds);
