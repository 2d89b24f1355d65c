<?php
// Every call of PHP's GatewayClient, and random sequences of them, against whatever runs at the given addresses.
// Prints what each call returned and what each socket received, with ids named by the order of the sockets, so that two
// servers can be compared line by line.
// php calls.php <register address> <sockets address> <secret> <seed> <random steps> [persistent]
require __DIR__ . '/sockets.php';
require getenv('GATEWAYWORKER_SOURCES') . '/GatewayClient/Gateway.php';

use GatewayClient\Gateway;
use Hawk\Socket;

[, $register, $address, $secret, $seed, $steps] = $argv;
Gateway::$registerAddress = $register;
Gateway::$secretKey = $secret;
Gateway::$persistentConnection = ($argv[6] ?? '') === 'persistent';
mt_srand((int)$seed);
error_reporting(E_ALL & ~E_DEPRECATED);

// A gateway announces itself a moment after it listens.
for ($end = microtime(true) + 10; microtime(true) < $end; usleep(20000)) {
    try {
        if (Gateway::getAllClientCount() === 0) break;
    } catch (\Exception) {
    }
}

$sockets = [];
$ids = [];
$names = [];
function open(): int
{
    global $sockets, $ids, $names, $address;
    Gateway::getAllClientCount();  // what was sent before is not for this socket
    $socket = new Socket($address);
    $id = json_decode($socket->next() ?? '', true)['client_id'];
    $sockets[] = $socket;
    $ids[] = $id;
    $number = count($ids) - 1;
    $names[$id] = "c$number";
    $names[hexdec(substr($id, 12))] = "n$number";
    return $number;
}

/** Puts names in place of ids, as values and as keys. */
function named(mixed $value): mixed
{
    global $names;
    if (is_string($value) && isset($names[$value]) && strlen($value) === 20) return $names[$value];
    if (!is_array($value)) return $value;
    $array = [];
    foreach ($value as $key => $inner) {
        if (isset($names[$key]) && strlen((string)$key) === 20) $key = $names[$key];
        $array[$key] = named($inner);
    }
    return $array;
}

function show(string $what, mixed $value): void
{
    echo $what, ' => ', str_replace("\n", ' ', var_export(named($value), true)), "\n";
}

$made = [];
function call(string $name, mixed ...$arguments): void
{
    global $made;
    $made[$name] = true;
    try {
        $result = Gateway::$name(...$arguments);
    } catch (\Throwable $error) {
        $result = get_class($error);
    }
    show($name . json_encode(named($arguments)), $result);
}

/**
 * Waits until all loops have obeyed: a group that ends on one loop and begins on another in the same instant may keep its
 * place among the groups, the one difference that is known and left (docs/moving-from-gatewayworker.md).
 */
function obeyed(): void
{
    Gateway::getAllClientCount();
}

/** Shows what came: a query behind the calls has every gateway done with them, a mark shows the end. */
function deliveries(): void
{
    global $sockets, $ids;
    static $round = 0;
    $round++;
    Gateway::getAllClientCount();
    foreach ($sockets as $number => $socket) {
        if ($socket->closed) continue;
        Gateway::sendToClient($ids[$number], "mark $round");
        $texts = [];
        while (($text = $socket->next()) !== null && $text !== "mark $round") $texts[] = $text;
        if ($text === null) $texts[] = $socket->closed ? '<closed>' : '<nothing>';
        if ($texts) show("  c$number received", $texts);
    }
}

for ($i = 0; $i < 4; $i++) open();
[$a, $b, $c, $d] = $ids;
$nobody = substr($a, 0, 12) . 'ee6b2800';
$names[$nobody] = 'nobody';

// All calls, each at least once.
call('getAllClientIdList');
call('sendToAll', 'hello all');
call('sendToAll', 'some', [$a, $c, $nobody]);
call('sendToAll', 'but', null, [$b]);
call('sendToAll', 'but one', null, $b);
call('sendToAll', "\x82\x02\x01\x02", null, null, true);
call('sendToAll', ['a' => 1, 'b' => [1.5, null, true, 'é/']]);
call('sendToAll', '');
call('sendToAll', 7);
deliveries();
call('sendToClient', $a, 'hello');
call('sendToClient', $a, 'hé😀');
call('sendToClient', $nobody, 'nobody');
call('sendToClient', 'nonsense', 'x');
foreach ([$a, $nobody] as $id) call('isOnline', $id);
call('bindUid', $a, 'u1');
call('bindUid', $b, 'u1');
call('bindUid', $c, 10086);
call('bindUid', $d, '');
call('bindUid', $d, '0');
foreach (['u1', 10086, '10086', 'none'] as $uid) call('getClientIdByUid', $uid);
call('batchGetClientIdByUid', ['u1', 10086, 'none', 'u1']);
call('isUidOnline', 'u1');
call('isUidOnline', 'none');
call('isUidsOnline', ['u1', 'none', 10086]);
foreach ([$a, $c, $d, $nobody] as $id) call('getUidByClientId', $id);
call('sendToUid', 'u1', 'to u1');
call('sendToUid', ['u1', 10086, 'none', 'u1'], 'to some');
call('sendToUid', 'none', 'to none');
call('getAllUidList');
call('getAllUidCount');
deliveries();
call('joinGroup', $a, 'g1');
call('joinGroup', $b, 'g1');
call('joinGroup', $b, 7);
call('joinGroup', $a, 'g1');
call('joinGroup', $d, '');
call('getAllGroupIdList');
call('sendToGroup', 'g1', 'to g1');
call('sendToGroup', ['g1', 7, 'none'], 'to both');
call('sendToGroup', 'g1', 'but a', [$a]);
call('sendToGroup', 'g1', "\x82\x01A", null, true);
deliveries();
foreach (['g1', 7, 'none', ''] as $group) {
    call('getClientCountByGroup', $group);
    call('getClientIdCountByGroup', $group);
    call('getClientIdListByGroup', $group);
    call('getUidListByGroup', $group);
    call('getUidCountByGroup', $group);
    call('getClientSessionsByGroup', $group);
    call('getClientInfoByGroup', $group);
}
call('getClientIdListByGroup', ['g1', 7]);
call('batchGetClientIdCountByGroup', ['g1', 7, 'none']);
call('getAllClientCount');
call('getAllClientIdCount');
call('getAllGroupUidList');
call('getAllGroupUidCount');
call('getAllGroupClientIdList');
call('getAllGroupClientIdCount');
call('setSession', $a, ['a' => 1, 's' => 'é', 'm' => ['x' => 1.5, 'y' => true, 'z' => null]]);
call('updateSession', $a, ['b' => 2, 'm' => ['x' => 0.1, 3 => 'three']]);
call('updateSession', $b, ['n' => 1]);
call('setSocketSession', $c, 'raw bytes');
foreach ([$a, $b, $d, $nobody] as $id) call('getSession', $id);
call('setSocketSession', $c, '');
call('getSession', $c);
call('getAllClientSessions');
call('getAllClientInfo');
call('getAllClientSessions', 'g1');
call('getClientSessionsByGroup', 'g1');
call('leaveGroup', $a, 'g1');
call('leaveGroup', $a, 'none');
call('getAllGroupUidList');
call('ungroup', 'g1');
call('ungroup', 'none');
call('getAllGroupIdList');
call('unbindUid', $a, 'whatever');
call('unbindUid', $d, 'u1');
call('getAllUidList');
call('sendToClient', $d, 'last');
call('closeClient', $d, 'bye');
deliveries();
call('closeClient', $c);
call('destoryClient', $b);
call('closeClient', $nobody);
deliveries();
// These two are of workers only: outside of one they have no client.
call('destoryCurrentClient');
call('setBusinessWorker', null);
for ($end = microtime(true) + 5; Gateway::getAllClientCount() > 1 && microtime(true) < $end;) usleep(10000);
call('getAllClientIdList');

// Random sequences.
$uids = ['u1', 'u2', '7', '007', 'é', 'a b'];
$groups = ['g1', 'g2', '7', '-3', '1.5', 'x"y'];
$pick = fn(array $from) => $from[mt_rand(0, count($from) - 1)];
$some = fn(array $from) => array_map(fn() => $pick($from), range(1, mt_rand(1, 3)));
for ($i = 0; $i < 5; $i++) open();
$session = fn() => array_map(fn() => mt_rand(0, 3) ? mt_rand(-9, 9) : ['k' . mt_rand(0, 2) => mt_rand(0, 9) / 4],
    array_flip($some(['a', 'b', 3, 'c'])));
for ($step = 1; $step <= $steps; $step++) {
    $alive = array_values(array_filter(array_keys($sockets), fn($number) => !$sockets[$number]->closed));
    if (count($alive) < 4) { open(); continue; }
    $id = $ids[$pick($alive)];
    switch (mt_rand(0, 31)) {
        case 0: case 1: case 2: call('bindUid', $id, $pick($uids)); break;
        case 3: call('unbindUid', $id, $pick($uids)); break;
        case 4: case 5: case 6: call('joinGroup', $id, $pick($groups)); break;
        case 7: call('leaveGroup', $id, $pick($groups)); obeyed(); break;
        case 8: if (mt_rand(0, 3) === 0) call('ungroup', $pick($groups)); obeyed(); break;
        case 9: call('sendToUid', $some($uids), "uid $step"); break;
        case 10: call('sendToGroup', $some($groups), "group $step", mt_rand(0, 1) ? [$id] : null); break;
        case 11: call('sendToAll', "all $step", mt_rand(0, 1) ? [$id] : null); break;
        case 12: call('sendToAll', "but $step", null, [$id]); break;
        case 13: call('sendToClient', $id, "one $step"); break;
        case 14: call('setSession', $id, $session()); break;
        case 15: case 16: call('updateSession', $id, $session()); break;
        case 17: call('getSession', $id); break;
        case 18: call('getAllClientSessions', $pick(['', ...$groups])); break;
        case 19: call('batchGetClientIdByUid', $some($uids)); break;
        case 20: call('getUidByClientId', $id); break;
        case 21: call('getAllUidList'); break;
        case 22: call('getAllGroupIdList'); break;
        case 23: call('getAllGroupUidList'); break;
        case 24: call('getAllGroupClientIdList'); break;
        case 25: call('getClientIdListByGroup', $some($groups)); break;
        case 26: call('getUidListByGroup', $pick($groups)); break;
        case 27: call('batchGetClientIdCountByGroup', $some($groups)); break;
        case 28: call('getAllClientIdList'); break;
        case 29: call('isUidsOnline', $some($uids)); break;
        case 30:
            if (mt_rand(0, 5)) break;
            call('closeClient', $id, mt_rand(0, 1) ? "bye $step" : null);
            deliveries();
            for ($end = microtime(true) + 5; Gateway::isOnline($id) && microtime(true) < $end;) usleep(1000);
            break;
        case 31: open(); break;
    }
    if ($step % 20 === 0) deliveries();
}
deliveries();
$all = array_map(fn($method) => $method->name, (new ReflectionClass(Gateway::class))->getMethods(ReflectionMethod::IS_PUBLIC));
echo count(array_intersect($all, array_keys($made))), ' of ', count($all), ' ', json_encode(array_diff($all, array_keys($made))), "\n";
