/* What a published page is made of beside its content: its style sheet and its script. */
#ifndef PUBLISH_PAGE_H
#define PUBLISH_PAGE_H

extern const char pub_page_style[];
extern const char pub_page_script[];

#endif
