<?php
// Restarts PHP's business workers under sockets that are open, and says what the sockets get of it.
// php reload.php <register port> <sockets address> <secret>
require __DIR__ . '/sockets.php';

use Hawk\Socket;

[, $register, $address, $secret] = $argv;
function startWorkers()
{
    global $register, $secret;
    $command = [PHP_BINARY, __DIR__ . '/original.php', 'start', 'worker', $register, '0', '0', $secret];
    return proc_open($command, [['file', '/dev/null', 'r'], ['file', '/dev/null', 'w'], ['file', '/dev/null', 'w']], $pipes);
}
function stopWorkers($workers): void
{
    proc_terminate($workers, SIGINT);
    for ($end = microtime(true) + 10; proc_get_status($workers)['running'] && microtime(true) < $end;) usleep(10000);
    proc_terminate($workers, SIGKILL);
    proc_close($workers);
}
/** Opens a socket and waits for a worker's greeting. */
function greeted(float $seconds): ?Socket
{
    global $address;
    for ($end = microtime(true) + $seconds; microtime(true) < $end; usleep(50000)) {
        try {
            $socket = new Socket($address);
        } catch (\Exception) {
            continue;
        }
        if ($socket->next($end - microtime(true)) !== null) return $socket;
    }
    return null;
}

$workers = startWorkers();
$sockets = array_filter(array_map(fn() => greeted(15), range(1, 10)));
stopWorkers($workers);
foreach ($sockets as $number => $socket) {
    if ($number % 2) $socket->send("echo while away $number");
}
$opened = [];
for ($i = 0; $i < 10; $i++) {
    try {
        $opened[] = new Socket($address);
    } catch (\Exception) {
    }
}
$workers = startWorkers();
$answered = 0;
foreach ($sockets as $number => $socket) {
    if ($number % 2 === 0 && !$socket->closed) $socket->send("echo while away $number");
    if ($socket->next(15) === "while away $number") $answered++;
}
$greeted = count(array_filter($opened, fn($socket) => $socket->next(15) !== null));
echo "of 10 sockets that were there $answered were answered; of 10 opened while no worker was there $greeted were greeted\n";
stopWorkers($workers);
