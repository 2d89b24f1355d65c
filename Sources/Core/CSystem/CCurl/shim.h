// curl_easy_setopt and its kin are variadic, which Swift does not import: typed wrappers.
#pragma once
#include <curl/curl.h>
