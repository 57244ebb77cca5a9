// What the shared library shows. C and C++.
#ifndef DC_API_H_
#define DC_API_H_

#if defined(__cplusplus) && defined(__GNUC__)
#define DC_API [[gnu::visibility("default")]]
#elif defined(__GNUC__)
#define DC_API __attribute__((visibility("default")))
#else
#define DC_API
#endif

#endif  // DC_API_H_
