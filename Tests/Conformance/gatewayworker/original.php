<?php
// The original: a Register, a gateway and business workers of PHP's GatewayWorker; which of them says argument 2.
// php original.php start <register|gateway|worker|...joined by +> <port> <secret>
// Ports: Register port, sockets port + 1, inner ports from port + 2.
require __DIR__ . '/load.php';
$parts = explode('+', $argv[2]);
[$port, $secret] = [(int)$argv[3], $argv[4] ?? ''];

use GatewayWorker\{BusinessWorker, Gateway, Register};
use Workerman\Worker;

Worker::$pidFile = sys_get_temp_dir() . "/original-$port-" . $argv[2] . '.pid';
Worker::$logFile = '/dev/null';
Worker::$statusFile = sys_get_temp_dir() . "/original-$port.status";
if (in_array('register', $parts)) {
    $register = new Register("text://127.0.0.1:$port");
    $register->secretKey = $secret;
}
if (in_array('gateway', $parts)) {
    $gateway = new Gateway('websocket://127.0.0.1:' . ($port + 1));
    $gateway->count = 1;
    $gateway->lanIp = '127.0.0.1';
    $gateway->startPort = $port + 2;
    $gateway->registerAddress = "127.0.0.1:$port";
    $gateway->secretKey = $secret;
}
if (in_array('worker', $parts)) {
    $worker = new BusinessWorker();
    $worker->name = 'Worker';
    $worker->count = 2;
    $worker->registerAddress = "127.0.0.1:$port";
    $worker->secretKey = $secret;
    $worker->eventHandler = Events::class;
}

/** What the workers do: they greet, answer and remember, so that a socket sees what they were told. */
final class Events
{
    public static function onConnect(string $id): void
    {
        \GatewayWorker\Lib\Gateway::sendToClient($id, json_encode(['type' => 'init', 'client_id' => $id]));
    }

    public static function onWebSocketConnect(string $id, array $data): void
    {
        if (!isset($data['get']['name'])) return;
        $_SESSION['name'] = $data['get']['name'];
        $_SESSION['cookie'] = $data['cookie'];
        $_SESSION['uri'] = $data['server']['REQUEST_URI'];
    }

    public static function onMessage(string $id, string $message): void
    {
        if ($message === 'session') {
            \GatewayWorker\Lib\Gateway::sendToClient($id, json_encode($_SESSION));
        } elseif (str_starts_with($message, 'remember ')) {
            $_SESSION['said'] = substr($message, 9);
            \GatewayWorker\Lib\Gateway::sendToClient($id, 'remembered');
        } elseif (str_starts_with($message, 'all ')) {
            \GatewayWorker\Lib\Gateway::sendToAll(substr($message, 4));
        } elseif (str_starts_with($message, 'echo ')) {
            \GatewayWorker\Lib\Gateway::sendToCurrentClient(substr($message, 5));
        }
    }

    public static function onClose(string $id): void
    {
        if (isset($_SESSION['name'])) \GatewayWorker\Lib\Gateway::sendToAll('gone ' . $_SESSION['name']);
    }
}

Worker::runAll();
