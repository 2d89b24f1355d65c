<?php
// One gateway of PHP's and one of Hawk's in one cluster: what is pushed reaches both, counts and lists add up, and one
// that is killed is dropped within seconds. Prints each promise and whether it was kept.
// php cluster.php <register> <sockets of one> <sockets of the other> <secret> <process group to kill> <whose that is: 0, 1>
require __DIR__ . '/sockets.php';
require getenv('GATEWAYWORKER_SOURCES') . '/GatewayClient/Gateway.php';

use GatewayClient\Gateway;
use Hawk\Socket;

[, $register, $first, $second, $secret, $group, $killed] = $argv;
Gateway::$registerAddress = $register;
Gateway::$secretKey = $secret;
Gateway::$addressesCacheDisable = true;
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING);
$isKept = true;
function expect(string $promise, mixed $value, mixed $expected): void
{
    global $isKept;
    $isEqual = $value == $expected;
    if (!$isEqual) $isKept = false;
    echo $isEqual ? 'kept' : 'BROKEN', ": $promise", $isEqual ? '' : ' ' . json_encode([$value, $expected]), "\n";
}
function until(callable $condition, float $seconds): float
{
    for ($start = microtime(true); microtime(true) < $start + $seconds; usleep(20000)) {
        try {
            if ($condition()) break;
        } catch (\Exception) {
        }
    }
    return microtime(true) - $start;
}

until(fn() => count(Gateway::getAllClientIdList()) === 0 && greets($first) && greets($second), 20);
function greets(string $address): bool
{
    $socket = new Socket($address);
    return $socket->next(5) !== null;
}
until(fn() => Gateway::getAllClientIdCount() === 0, 10);
$sockets = $ids = [];
foreach ([$first, $second, $first, $second, $first, $second] as $address) {
    $socket = new Socket($address);
    $ids[] = json_decode($socket->next(), true)['client_id'];
    $sockets[] = $socket;
}
expect('two gateways are there', count(array_unique(array_map(fn($id) => substr($id, 0, 12), $ids))), 2);
expect('counts add up', Gateway::getAllClientIdCount(), 6);
expect('lists add up', sorted(Gateway::getAllClientIdList()), sorted(array_combine($ids, $ids)));
foreach ([0, 1, 2] as $number) Gateway::bindUid($ids[$number], 'u');
foreach ([2, 3] as $number) Gateway::joinGroup($ids[$number], 'g');
expect('a uid is on both', sorted(Gateway::getClientIdByUid('u')), sorted([$ids[0], $ids[1], $ids[2]]));
expect('a group is on both', Gateway::getClientIdCountByGroup('g'), 2);
expect('uids are told', Gateway::getAllUidList(), ['u' => 'u']);
expect('groups are told once', Gateway::getAllGroupIdList(), ['g' => 'g']);
Gateway::sendToUid('u', 'uid');
Gateway::sendToGroup('g', 'group', [$ids[3]]);
Gateway::sendToAll('some', [$ids[4], $ids[5]]);
Gateway::sendToAll('all', null, [$ids[0]]);
Gateway::getAllClientCount();
foreach ($ids as $id) Gateway::sendToClient($id, 'mark');
$received = [];
foreach ($sockets as $number => $socket) {
    for ($received[$number] = []; ($text = $socket->next()) !== null && $text !== 'mark';) $received[$number][] = $text;
}
expect('pushes reach both', $received, [['uid'], ['uid', 'all'], ['uid', 'group', 'all'], ['all'], ['some', 'all'], ['some', 'all']]);
Gateway::closeClient($ids[4], 'bye');
Gateway::closeClient($ids[5], 'bye');
expect('sockets of both can be closed', [$sockets[4]->next(), $sockets[5]->next()], ['bye', 'bye']);
until(fn() => Gateway::getAllClientIdCount() === 4, 5);
expect('and are gone', Gateway::getAllClientIdCount(), 4);

posix_kill(-(int)$group, SIGKILL);
$left = array_values(array_filter([0, 1, 2, 3], fn($number) => $number % 2 !== (int)$killed));
$seconds = until(fn() => Gateway::getAllClientIdCount() === 2, 10);
expect('a killed gateway is dropped within 3 s', $seconds < 3, true);
Gateway::sendToAll('still here');
foreach ($left as $number) expect("the other one's socket is served", $sockets[$number]->next(), 'still here');
printf("dropped after %.2f s\n", $seconds);
exit($isKept ? 0 : 1);

function sorted(array $list): array
{
    array_is_list($list) ? sort($list) : ksort($list);
    return $list;
}
