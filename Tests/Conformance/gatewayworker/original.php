<?php
// The original: a Register, a gateway and business workers of PHP's GatewayWorker; which of them says the second argument.
// php original.php start <register|gateway|worker, joined by +> <register port> <sockets port> <inner port> <secret>
require __DIR__ . '/load.php';
require __DIR__ . '/events.php';

use GatewayWorker\{BusinessWorker, Gateway, Register};
use Workerman\Worker;

[, , $parts, $registerPort, $port, $innerPort] = $argv;
$secret = $argv[6] ?? '';
$parts = explode('+', $parts);
$name = sys_get_temp_dir() . '/original-' . getmypid();
Worker::$pidFile = "$name.pid";
Worker::$statusFile = "$name.status";
Worker::$logFile = '/dev/null';
if (in_array('register', $parts)) {
    $register = new Register("text://127.0.0.1:$registerPort");
    $register->secretKey = $secret;
}
if (in_array('gateway', $parts)) {
    $gateway = new Gateway("websocket://127.0.0.1:$port");
    $gateway->count = 1;
    $gateway->lanIp = '127.0.0.1';
    $gateway->startPort = (int)$innerPort;
    $gateway->registerAddress = "127.0.0.1:$registerPort";
    $gateway->secretKey = $secret;
}
if (in_array('worker', $parts)) {
    $worker = new BusinessWorker();
    $worker->name = 'Worker';
    $worker->count = 2;
    $worker->registerAddress = "127.0.0.1:$registerPort";
    $worker->secretKey = $secret;
    $worker->eventHandler = Events::class;
}
Worker::runAll();
