<?php
// What sockets see of PHP's business workers, behind whatever gateway runs at the address: greeting, request, sessions
// carried along, replies, calls from inside a worker, pushes, the end of a socket. Prints it with ids named by the order
// of the sockets, so that two gateways can be compared line by line.
// php workers.php <sockets address>
require __DIR__ . '/sockets.php';

use Hawk\Socket;

$address = $argv[1];
$sockets = $ids = [];
foreach (['a', 'b%20c', 'd', 'e', 'f', 'g'] as $number => $name) {
    $socket = new Socket($address, "/chat/room?name=$name&list[]=1&list[]=%C3%A9&map[k][l]=v&plus=a+b&flag");
    $greeting = json_decode($socket->next() ?? '', true);
    echo "$number greeted: ", $greeting['type'] ?? 'nothing', ' ', strlen($greeting['client_id'] ?? ''), "\n";
    $sockets[] = $socket;
    $ids[$greeting['client_id']] = "c$number";
}
/** Puts names in place of what differs from run to run. */
function named(?string $text): string
{
    global $ids, $address;
    $text = strtr($text ?? 'nothing', $ids + [$address => 'ADDRESS', substr($address, 10) => 'PORT']);
    return preg_replace(['/"REMOTE_PORT":\d+/', '/"HTTP_SEC_WEBSOCKET_KEY":"[^"]*"/'], ['"REMOTE_PORT":0', '"KEY":""'], $text);
}

foreach ($sockets as $number => $socket) {
    foreach (['started', 'session', "remember this $number", 'session', "echo é $number", 'session'] as $text) {
        $socket->send($text);
        echo "$number said $text: ", named($socket->next()), "\n";
    }
    $socket->send('echo binary', 2);
    echo "$number said binary: ", $socket->next(), "\n";
    $socket->send('echo ' . str_repeat('x', 50000));
    echo "$number said a lot: ", md5($socket->next()), "\n";
}

// Calls from inside a worker, by the long connection and beside it.
$c = array_flip($ids);
$nobody = substr($c['c0'], 0, 12) . 'ee6b2800';
$ids[$nobody] = 'nobody';
$calls = [
    ['isOnline', [$c['c1']]], ['isOnline', [$nobody]], ['getAllClientIdCount', []], ['getAllClientIdList', []],
    ['bindUid', [$c['c0'], 'u1']], ['bindUid', [$c['c1'], 'u1']], ['bindUid', [$c['c2'], 7]],
    ['getClientIdByUid', ['u1']], ['getUidByClientId', [$c['c2']]], ['getAllUidList', []], ['isUidOnline', [7]],
    ['joinGroup', [$c['c1'], 'g']], ['joinGroup', [$c['c3'], 'g']], ['joinGroup', [$c['c3'], 9]],
    ['getClientIdListByGroup', ['g']], ['getClientIdCountByGroup', ['g']], ['getAllGroupIdList', []],
    ['getUidListByGroup', ['g']], ['updateSession', [$c['c4'], ['more' => [1, 'x' => 2.5]]]],
    ['getSession', [$c['c0']]], ['setSession', [$c['c5'], ['only' => 'this']]], ['getSession', [$c['c5']]],
    ['sendToClient', [$c['c4'], 'to c4']], ['sendToUid', [['u1', 7], 'to uids']],
    ['sendToGroup', [['g', 9], 'to groups', [$c['c1']]]], ['sendToAll', ['to some', [$c['c4'], $c['c5']]]],
    ['sendToAll', ['but', null, [$c['c0']]]], ['leaveGroup', [$c['c3'], 'g']], ['ungroup', ['g']],
    ['unbindUid', [$c['c1'], 'u1']], ['getAllGroupIdList', []], ['getClientIdByUid', ['u1']],
];
/** What has come to a socket: a question behind it shows the end. */
function received(Socket $socket, string $mark): array
{
    $socket->send("echo $mark");
    $texts = [];
    while (($text = $socket->next()) !== null && $text !== $mark) $texts[] = named($text);
    return $texts;
}
foreach ($calls as [$name, $arguments]) {
    $sockets[0]->send('call ' . json_encode([$name, $arguments]));
    // What the call itself sends to its own socket comes before.
    while (($text = $sockets[0]->next()) !== null && !str_starts_with($text, '{"result":')) echo '0 received: ', named($text), "\n";
    echo $name, named(json_encode($arguments)), ' => ', named($text), "\n";
}
foreach ($sockets as $number => $socket) echo "$number received: ", json_encode(received($socket, 'mark 1')), "\n";
foreach ([4, 5] as $number) {
    $sockets[$number]->send('session');
    echo "$number has the session: ", named($sockets[$number]->next()), "\n";
}

// The end of sockets: by themselves, by a worker.
foreach ([1, 3] as $gone) {
    $sockets[$gone]->end();
    foreach ($sockets as $number => $socket) {
        if (!$socket->closed) echo "$number received: ", $socket->next(), "\n";
    }
}
$sockets[0]->send('call ' . json_encode(['closeClient', [$c['c2'], 'bye']]));
foreach ([2, 2, 0, 0, 4, 5] as $number) echo "$number received: ", $sockets[$number]->next() ?? 'the end', "\n";

for ($burst = 0; $burst < 200; $burst++) $sockets[0]->send("echo $burst");
$echoed = [];
for ($burst = 0; $burst < 200; $burst++) $echoed[] = $sockets[0]->next();
echo 'a burst came back in order: ', $echoed === array_map('strval', range(0, 199)) ? 'yes' : 'no', "\n";
