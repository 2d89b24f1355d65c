<?php
// What sockets see of PHP's business workers, behind whatever gateway runs at the address: greeting, sessions carried
// along, replies, pushes and the end of a socket. Prints it, so that two gateways can be compared line by line.
// php workers.php <sockets address>
require __DIR__ . '/sockets.php';

use Hawk\Socket;

$address = $argv[1];
$sockets = [];
foreach (['a', 'b%20c', 'd', 'e', 'f', 'g'] as $name) {
    $socket = new Socket($address, "/chat?name=$name&list[]=1");
    $greeting = json_decode($socket->next() ?? '', true);
    echo "$name greeted: ", $greeting['type'] ?? 'nothing', ' ', strlen($greeting['client_id'] ?? ''), "\n";
    $sockets[] = $socket;
}
foreach ($sockets as $number => $socket) {
    foreach (['session', "remember this $number", 'session', "echo é $number", 'session'] as $text) {
        $socket->send($text);
        echo "$number said $text: ", $socket->next(), "\n";
    }
    $socket->send('echo binary', 2);
    echo "$number said binary: ", $socket->next(), "\n";
    $socket->send('echo ' . str_repeat('x', 50000));
    echo "$number said a lot: ", md5($socket->next()), "\n";
}
$sockets[0]->send('all together');
foreach ($sockets as $number => $socket) echo "$number received: ", $socket->next(), "\n";
foreach ([1, 3] as $gone) {
    $sockets[$gone]->end();
    foreach ($sockets as $number => $socket) {
        if (!$socket->closed) echo "$number received: ", $socket->next(), "\n";
    }
}
for ($burst = 0; $burst < 200; $burst++) $sockets[0]->send("echo $burst");
$echoed = [];
for ($burst = 0; $burst < 200; $burst++) $echoed[] = $sockets[0]->next();
echo 'a burst came back in order: ', $echoed === array_map('strval', range(0, 199)) ? 'yes' : 'no', "\n";
