<?php
use GatewayWorker\Lib\Gateway;

/** What the business workers do: they greet, answer, remember and call, so that a socket sees what they were told. */
final class Events
{
    private static bool $hasStarted = false;

    public static function onWorkerStart($worker): void
    {
        self::$hasStarted = $worker->name === 'Worker';
    }

    public static function onConnect(string $id): void
    {
        Gateway::sendToClient($id, json_encode(['type' => 'init', 'client_id' => $id]));
    }

    public static function onWebSocketConnect(string $id, array $data): void
    {
        if (!isset($data['get']['name'])) return;
        $_SESSION = ['name' => $data['get']['name'], 'opened with' => $data];
    }

    public static function onMessage(string $id, string $message): void
    {
        [$verb, $rest] = explode(' ', $message, 2) + ['', ''];
        match ($verb) {
            'started' => Gateway::sendToClient($id, self::$hasStarted ? 'yes' : 'no'),
            'session' => Gateway::sendToClient($id, json_encode($_SESSION)),
            'remember' => self::remember($id, $rest),
            'echo' => Gateway::sendToCurrentClient($rest),
            'call' => self::call($id, ...json_decode($rest, true)),
            default => null,
        };
    }

    public static function onClose(string $id): void
    {
        if (isset($_SESSION['name'])) Gateway::sendToAll('gone ' . json_encode([$_SESSION['name'], $_SESSION['said'] ?? null]));
    }

    private static function remember(string $id, string $what): void
    {
        $_SESSION['said'] = $what;
        Gateway::sendToClient($id, 'remembered');
    }

    /** Any call of the library, from inside a worker; the result goes back when the call did not close the socket. */
    private static function call(string $id, string $name, array $arguments): void
    {
        $result = Gateway::$name(...$arguments);
        Gateway::sendToClient($id, json_encode(['result' => $result]));
    }
}
