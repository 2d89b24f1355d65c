<?php
// Loads PHP's own classes from a folder that holds GatewayClient/, GatewayWorker/, workerman/ and coroutine/ side by side.
$root = getenv('GATEWAYWORKER_SOURCES');
spl_autoload_register(function (string $class) use ($root): void {
    foreach ([
        ['Workerman\\Coroutine\\', 'coroutine/src/'], ['Workerman\\', 'coroutine/src/'], ['Workerman\\', 'workerman/src/'],
        ['GatewayWorker\\', 'GatewayWorker/src/'],
    ] as [$prefix, $folder]) {
        if (!str_starts_with($class, $prefix)) continue;
        $file = "$root/$folder" . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
        if (is_file($file)) {
            require $file;
            return;
        }
    }
});
