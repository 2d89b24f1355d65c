<?php
// Runs the two lines of PHP that the documentation gives for a proof, and compares with what the gateway makes.
// php proof.php <documentation> <sockets address>, with the gateway's secret in HAWK_SECRET
require __DIR__ . '/sockets.php';

[, $documentation, $address] = $argv;
preg_match_all('/^ *\$(?:key|proof) = .*;$/m', file_get_contents($documentation), $lines);
if (count($lines[0]) !== 2) {
    echo count($lines[0]), " lines of the documentation make a proof\n";
    exit(1);
}
$init = json_decode((new Hawk\Socket($address))->next(), true);
$client_id = $init['client_id'];
// The gateway's second in place of this one.
$code = str_replace('time()', strstr($init['proof'], '.', true), implode("\n", $lines[0]));
eval($code);
echo "$code\n{$init['proof']} by the gateway\n$proof by PHP\n";
exit($proof === $init['proof'] ? 0 : 1);
